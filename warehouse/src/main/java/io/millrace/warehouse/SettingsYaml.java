package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.yaml.Shape;
import io.millrace.warehouse.yaml.YamlObject;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code warehouse.yml}. */
final class SettingsYaml {
  static final Shape SHAPE =
      new Shape(
          "warehouse",
          "name",
          "lake",
          "topic-prefix",
          "cut-interval",
          "retention",
          "dead-letter-retention",
          "target-lag",
          "shards",
          "publish-limit");

  /** What Kafka allows in topic names, without the dot that ends the prefix. */
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,100}");

  private SettingsYaml() {}

  /** What the file says. */
  record Named(String name, Settings settings) {}

  static Named read(YamlObject root) {
    String name = root.requiredText("name");
    checkName(root, "name", name);
    String prefix = root.text("topic-prefix").orElse(name);
    checkName(root, "topic-prefix", prefix);
    return new Named(
        name,
        new Settings(
            prefix,
            root.requiredText("lake"),
            root.duration("cut-interval").orElse(Duration.ofSeconds(1)),
            root.duration("retention").orElse(Duration.ofDays(7)),
            root.duration("dead-letter-retention").orElse(Duration.ofDays(90)),
            targetLag(root),
            root.number("shards", 1, 1024).orElse(16L).intValue(),
            root.number("publish-limit", 1, Integer.MAX_VALUE).orElse(1_000_000L)));
  }

  private static TargetLag targetLag(YamlObject root) {
    Optional<String> text = root.text("target-lag");
    Optional<TargetLag> lag = text.flatMap(TargetLag::parse);
    if (text.isPresent() && lag.isEmpty()) {
      root.problem(
          WarehouseError.WH_013_WRONG_VALUE,
          "target-lag",
          "target-lag must be " + TargetLag.FORM,
          Optional.empty());
    }
    return lag.orElse(new TargetLag.Within(Duration.ofMinutes(1)));
  }

  private static void checkName(YamlObject root, String key, String name) {
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      root.problem(
          WarehouseError.WH_013_WRONG_VALUE,
          key,
          key + " must be at most 100 letters, digits, _ and -",
          Optional.empty());
    }
  }
}
