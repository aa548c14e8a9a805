package io.millrace.warehouse.yaml;

import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Nearest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML mapping being read key by key. Unknown and doubled keys are problems at once; a wrong
 * value is a problem when it is asked for, and reads as absent. One thread.
 */
public final class YamlObject {
  private final YamlFile file;
  private final Shape shape;
  private final MappingNode node;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Set<String> broken = new HashSet<>();

  YamlObject(YamlFile file, Shape shape, MappingNode node) {
    this.file = file;
    this.shape = shape;
    this.node = node;
    for (NodeTuple tuple : node.getValue()) {
      accept(tuple.getKeyNode(), tuple.getValueNode());
    }
  }

  private void accept(Node keyNode, Node value) {
    String key = keyNode instanceof ScalarNode scalar ? scalar.getValue() : "?";
    if (!shape.keys().contains(key)) {
      file.add(
          WarehouseError.WH_011_UNKNOWN_KEY,
          keyNode,
          "unknown key " + key,
          Nearest.hint(key, shape.keys())
              .or(() -> Optional.of("legal are " + String.join(", ", shape.keys()))));
    } else if (values.putIfAbsent(key, value) != null) {
      file.add(
          WarehouseError.WH_014_DUPLICATE_NAME,
          keyNode,
          "the key " + key + " is there twice",
          Optional.empty());
    }
  }

  /** Whether the key is there. */
  public boolean has(String key) {
    return value(key).isPresent();
  }

  /** A problem at a key's value, or at the mapping when the key is absent. */
  public void problem(ErrorCode code, String key, String message, Optional<String> hint) {
    file.add(code, values.getOrDefault(key, node), message, hint);
  }

  /** A scalar's text with variables filled in. */
  public Optional<String> text(String key) {
    return rawText(key).flatMap(text -> filled(key, text));
  }

  /** A scalar's text as written. */
  public Optional<String> rawText(String key) {
    return value(key).flatMap(value -> scalar(key, value));
  }

  /** A scalar that must be there; absent or wrong it reads as an empty text, with a problem. */
  public String requiredText(String key) {
    require(key);
    return text(key).orElse("");
  }

  /** Adds a problem when the key is absent. */
  public void require(String key) {
    if (!has(key)) {
      file.add(
          WarehouseError.WH_012_MISSING_KEY,
          node,
          "the key " + key + " is missing",
          Optional.empty());
    }
  }

  /** A number within bounds, both inclusive. */
  public Optional<Long> number(String key, long min, long max) {
    return text(key)
        .flatMap(text -> {
          try {
            long number = Long.parseLong(text.replace("_", ""));
            if (number >= min && number <= max) {
              return Optional.of(number);
            }
          } catch (NumberFormatException e) {
            // Said below.
          }
          return wrong(key, "a whole number from " + min + " to " + max);
        });
  }

  /** A duration above zero. */
  public Optional<Duration> duration(String key) {
    return text(key)
        .flatMap(text ->
            Durations.parse(text)
                .filter(Duration::isPositive)
                .or(() -> wrong(key, Durations.FORM)));
  }

  /** One of several words, compared exactly. */
  public <T> Optional<T> choice(String key, SequencedMap<String, T> choices) {
    return text(key)
        .flatMap(text -> {
          if (choices.containsKey(text)) {
            return Optional.of(choices.get(text));
          }
          problem(
              WarehouseError.WH_013_WRONG_VALUE,
              key,
              key + " cannot be " + text + ", only " + String.join(", ", choices.keySet()),
              Nearest.hint(text, choices.keySet()));
          broken.add(key);
          return Optional.empty();
        });
  }

  /** TRUE or FALSE; FALSE when absent. */
  public boolean flag(String key) {
    SequencedMap<String, Boolean> words = new LinkedHashMap<>();
    words.put("true", true);
    words.put("false", false);
    return choice(key, words).orElse(false);
  }

  /** A list of scalars; one scalar stands for a list of one. */
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (Node item : items(key)) {
      scalar(key, item).flatMap(text -> filled(key, text)).ifPresent(texts::add);
    }
    return texts;
  }

  /** A mapping of names to scalars, variables filled in. */
  public Map<String, String> textMap(String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    entries(key)
        .forEach((name, value) ->
            scalar(key, value)
                .flatMap(text -> filled(key, text))
                .ifPresent(text -> texts.put(name, text)));
    return texts;
  }

  /** A nested mapping. */
  public Optional<YamlObject> object(String key, Shape nested) {
    return value(key)
        .flatMap(value ->
            value instanceof MappingNode mapping
                ? Optional.of(new YamlObject(file, nested, mapping))
                : wrong(key, "a mapping of " + String.join(", ", nested.keys())));
  }

  /**
   * A list of mappings.
   *
   * @param shorthand the key of an item's mapping that a bare scalar stands for
   */
  public List<YamlObject> objects(String key, Shape nested, String shorthand) {
    List<YamlObject> objects = new ArrayList<>();
    for (Node item : items(key)) {
      objects.add(nested(nested, shorthand, item));
    }
    return objects;
  }

  /** A mapping of names to mappings, in order; for the shorthand see {@link #objects}. */
  public SequencedMap<String, YamlObject> objectMap(String key, Shape nested, String shorthand) {
    SequencedMap<String, YamlObject> objects = new LinkedHashMap<>();
    entries(key).forEach((name, value) -> objects.put(name, nested(nested, shorthand, value)));
    return objects;
  }

  private YamlObject nested(Shape nested, String shorthand, Node item) {
    if (item instanceof MappingNode mapping) {
      return new YamlObject(file, nested, mapping);
    }
    Node key =
        new ScalarNode(
            Tag.STR, shorthand, item.getStartMark(), item.getEndMark(), ScalarStyle.PLAIN);
    return new YamlObject(
        file,
        nested,
        new MappingNode(
            Tag.MAP,
            true,
            List.of(new NodeTuple(key, item)),
            item.getStartMark(),
            item.getEndMark(),
            FlowStyle.BLOCK));
  }

  private List<Node> items(String key) {
    return value(key)
        .map(value -> value instanceof SequenceNode list ? list.getValue() : List.of(value))
        .orElse(List.of());
  }

  private Map<String, Node> entries(String key) {
    Optional<Node> value = value(key);
    if (value.isEmpty()) {
      return Map.of();
    }
    if (!(value.get() instanceof MappingNode mapping)) {
      wrong(key, "a mapping");
      return Map.of();
    }
    Map<String, Node> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String name = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
      if (entries.putIfAbsent(name, tuple.getValueNode()) != null) {
        file.add(
            WarehouseError.WH_014_DUPLICATE_NAME,
            tuple.getKeyNode(),
            "the key " + name + " is there twice",
            Optional.empty());
      }
    }
    return Collections.unmodifiableMap(entries);
  }

  private Optional<Node> value(String key) {
    if (!shape.keys().contains(key)) {
      throw new IllegalArgumentException(key + " is no key of " + shape.name());
    }
    return Optional.ofNullable(values.get(key)).filter(v -> !Tag.NULL.equals(v.getTag()));
  }

  private Optional<String> scalar(String key, Node value) {
    return value instanceof ScalarNode scalar
        ? Optional.of(scalar.getValue())
        : wrong(key, "a plain value");
  }

  private Optional<String> filled(String key, String text) {
    return file.fill(values.getOrDefault(key, node), text);
  }

  private <T> Optional<T> wrong(String key, String expected) {
    if (broken.add(key)) {
      problem(
          WarehouseError.WH_013_WRONG_VALUE, key, key + " must be " + expected, Optional.empty());
    }
    return Optional.empty();
  }
}
