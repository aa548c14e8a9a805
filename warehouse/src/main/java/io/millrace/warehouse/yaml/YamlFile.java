package io.millrace.warehouse.yaml;

import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.problem.SourceText;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** One YAML file being read: where its problems go and what its variables mean. One thread. */
public final class YamlFile {
  private final SourceText source;
  private final Problems problems;
  private final Variables variables;
  private final Optional<Consumer<String>> unchecked;

  /**
   * Begins to read a file.
   *
   * @param unchecked takes sentences about unset variables; without it they are problems
   */
  public YamlFile(
      SourceText source,
      Problems problems,
      Map<String, String> env,
      Optional<Consumer<String>> unchecked) {
    this.source = source;
    this.problems = problems;
    this.variables = new Variables(env);
    this.unchecked = unchecked;
  }

  /** The mapping that the file is; empty, with a problem, when it is none. */
  public Optional<YamlObject> root(Shape shape) {
    return mapping().map(mapping -> new YamlObject(this, shape, mapping));
  }

  /** A scalar of the file's mapping, read before the mapping's shape is known. */
  public Optional<String> peek(String key) {
    return mapping().stream()
        .flatMap(mapping -> mapping.getValue().stream())
        .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode k && k.getValue().equals(key))
        .filter(tuple -> tuple.getValueNode() instanceof ScalarNode)
        .map(tuple -> ((ScalarNode) tuple.getValueNode()).getValue())
        .findFirst();
  }

  /** All keys of the file's mapping, read before the mapping's shape is known. */
  public List<String> keys() {
    return mapping().stream()
        .flatMap(mapping -> mapping.getValue().stream())
        .map(tuple -> tuple.getKeyNode() instanceof ScalarNode k ? k.getValue() : "?")
        .toList();
  }

  private Optional<MappingNode> mapping() {
    try {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(true);
      Node node = new Yaml(options).compose(new StringReader(source.text()));
      if (node instanceof MappingNode mapping) {
        return Optional.of(mapping);
      }
      problems.add(WarehouseError.WH_010_YAML_SYNTAX, source, 0, "the file holds no keys");
    } catch (MarkedYAMLException e) {
      String what = e.getProblem() == null ? "this is not YAML" : e.getProblem();
      add(WarehouseError.WH_010_YAML_SYNTAX, e.getProblemMark(), what, Optional.empty());
    } catch (YAMLException e) {
      problems.add(WarehouseError.WH_010_YAML_SYNTAX, source, 0, "this is not YAML");
    }
    return Optional.empty();
  }

  void add(ErrorCode code, Node node, String message, Optional<String> hint) {
    add(code, node.getStartMark(), message, hint);
  }

  /** A text with variables filled in; empty when one is unset. */
  Optional<String> fill(Node node, String text) {
    Variables.Filled filled = variables.fill(text);
    if (filled.unset().isEmpty()) {
      return Optional.of(filled.text());
    }
    String message =
        "the variable " + String.join(", ", filled.unset()) + " is not set and has no default";
    Mark mark = node.getStartMark();
    if (unchecked.isPresent()) {
      unchecked.get().accept(source.file() + ":" + (mark.getLine() + 1) + " " + message);
    } else {
      add(WarehouseError.WH_004_VALUE_NOT_SET, mark, message, Optional.empty());
    }
    return Optional.empty();
  }

  private void add(ErrorCode code, Mark mark, String message, Optional<String> hint) {
    problems.add(
        new Problem(code, source.file(), mark.getLine() + 1, mark.getColumn() + 1, message, hint));
  }
}
