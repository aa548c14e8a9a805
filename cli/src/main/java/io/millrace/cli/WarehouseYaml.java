package io.millrace.cli;

import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.LakeLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The few settings of warehouse.yml that are needed before, or without, the whole folder.
 *
 * @param topicPrefix begins every topic
 * @param lake absolute path of the lake (a relative one is below the folder), or where it is in an
 *     object store
 */
public record WarehouseYaml(String topicPrefix, String lake) {
  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z_0-9]*)(?::-([^}]*))?\\}");

  /**
   * Reads them from a folder.
   *
   * @throws MillraceException CLI-002
   */
  public static WarehouseYaml read(Path folder, Map<String, String> env) {
    Path file = folder.resolve("warehouse.yml");
    try {
      Map<?, ?> settings =
          new Yaml().load(Files.readString(file)) instanceof Map<?, ?> map ? map : Map.of();
      String name = text(settings, "name", "", env);
      String lake = text(settings, "lake", "lake", env);
      return new WarehouseYaml(
          text(settings, "topic-prefix", name, env),
          LakeLocation.isObjectStore(lake)
              ? lake
              : folder.toAbsolutePath().normalize().resolve(lake).normalize().toString());
    } catch (IOException | YAMLException e) {
      throw new MillraceException(
          CliError.CLI_002_FILE_UNUSABLE,
          file
              + " cannot be read. Name a warehouse folder; millrace init makes one, millrace"
              + " validate says what is wrong with it.",
          e);
    }
  }

  private static String text(
      Map<?, ?> settings, String key, String otherwise, Map<String, String> env) {
    Object value = settings.get(key);
    return value == null
        ? otherwise
        : VARIABLE
            .matcher(value.toString())
            .replaceAll(m -> {
              String set = env.get(m.group(1));
              String given = set != null ? set : m.group(2);
              return java.util.regex.Matcher.quoteReplacement(given == null ? "" : given);
            });
  }
}
