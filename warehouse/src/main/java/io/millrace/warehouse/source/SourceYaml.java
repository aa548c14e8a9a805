package io.millrace.warehouse.source;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Nearest;
import io.millrace.warehouse.yaml.Shape;
import io.millrace.warehouse.yaml.YamlFile;
import io.millrace.warehouse.yaml.YamlObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code sources/<name>.yml}. */
public final class SourceYaml {
  /** What sources and resources may be called, as they are part of topic names and of SQL. */
  public static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  private static final List<String> LATER = List.of("files", "delta", "topic");

  /** Every mapping that may stand in a source's file. */
  public static final List<Shape> SHAPES =
      List.of(
          CdcYaml.SOURCE,
          CdcYaml.TABLE,
          ApiYaml.SOURCE,
          ApiYaml.AUTH,
          ApiYaml.RESOURCE,
          ApiYaml.PARENT,
          ApiYaml.COLUMN,
          ApiYaml.CURSOR);

  private SourceYaml() {}

  /**
   * Reads a file. What is wrong goes to the file's problems; the source is there when its kind is
   * known, and complete when there were no problems.
   *
   * @param name the file's name without its ending
   * @param prefix the warehouse's topic prefix, from which names of slots are made
   */
  public static Optional<Source> read(YamlFile file, String name, String prefix) {
    Optional<String> kind = file.peek("kind");
    return switch (kind.orElse("")) {
      case "cdc" -> file.root(CdcYaml.SOURCE).map(root -> CdcYaml.read(root, name, prefix));
      case "api" -> file.root(ApiYaml.SOURCE).map(root -> ApiYaml.read(root, name));
      default -> {
        List<String> anything = new ArrayList<>(file.keys());
        anything.add("kind");
        file.root(new Shape("any", anything)).ifPresent(root -> refuse(root, kind));
        yield Optional.empty();
      }
    };
  }

  private static void refuse(YamlObject root, Optional<String> kind) {
    if (kind.isEmpty()) {
      root.problem(
          WarehouseError.WH_012_MISSING_KEY,
          "kind",
          "the key kind is missing",
          Optional.of("legal are cdc, api"));
    } else if (LATER.contains(kind.get())) {
      root.problem(
          WarehouseError.WH_067_SOURCE_KIND_NOT_BUILT,
          "kind",
          "sources of kind " + kind.get() + " are not built yet",
          Optional.empty());
    } else {
      root.problem(
          WarehouseError.WH_013_WRONG_VALUE,
          "kind",
          "kind cannot be " + kind.get() + ", only cdc, api",
          Nearest.hint(kind.get(), List.of("cdc", "api")));
    }
  }

  /** A secret by reference; a literal is a problem and its text appears nowhere. */
  static Optional<Secret> secret(YamlObject object, String key) {
    return object
        .rawText(key)
        .flatMap(text -> {
          if (SecretValues.isReference(text)) {
            return Optional.of(new Secret(text));
          }
          object.problem(
              WarehouseError.WH_005_LITERAL_SECRET,
              key,
              key + " must be a reference, ${env:NAME} or ${file:path}, never the secret itself",
              Optional.empty());
          return Optional.empty();
        });
  }

  /**
   * Adds a problem when a name of a resource is taken or cannot be one.
   *
   * @param hint how to give another
   */
  static void checkName(
      YamlObject object, String key, String name, List<String> taken, Optional<String> hint) {
    if (taken.contains(name)) {
      object.problem(
          WarehouseError.WH_014_DUPLICATE_NAME,
          key,
          "the resource " + name + " is there twice",
          hint);
    } else if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      object.problem(
          WarehouseError.WH_013_WRONG_VALUE,
          key,
          "the name "
              + name
              + " must be lower-case letters, digits and underscores, a letter first",
          hint);
    }
  }
}
