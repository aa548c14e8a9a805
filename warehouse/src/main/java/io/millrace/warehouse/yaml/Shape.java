package io.millrace.warehouse.yaml;

import java.util.List;

/**
 * The keys that a YAML mapping may have. The JSON Schemas say the same; a test holds the two
 * together.
 *
 * @param name of the definition in the JSON Schema
 * @param keys all of them
 */
public record Shape(String name, List<String> keys) {
  public Shape {
    keys = List.copyOf(keys);
  }

  public Shape(String name, String... keys) {
    this(name, List.of(keys));
  }
}
