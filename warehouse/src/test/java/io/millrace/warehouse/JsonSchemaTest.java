package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.warehouse.source.SourceYaml;
import io.millrace.warehouse.yaml.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the JSON Schemas and the parser together: a shape refuses keys that it does not list. */
class JsonSchemaTest {

  @Test
  void theSchemaOfTheWarehouseHasExactlyTheKeysOfTheParser() throws IOException {
    assertThat(keys("warehouse")).isEqualTo(keys(List.of(SettingsYaml.SHAPE)));
  }

  @Test
  void theSchemaOfSourcesHasExactlyTheKeysOfTheParser() throws IOException {
    assertThat(keys("source")).isEqualTo(keys(SourceYaml.SHAPES));
  }

  @Test
  void everyMappingOfTheSchemasIsClosed() throws IOException {
    for (String name : List.of("warehouse", "source")) {
      for (JsonNode definition : schema(name).path("$defs")) {
        if (definition.has("properties")) {
          assertThat(definition.path("additionalProperties").asBoolean(true)).isFalse();
        }
      }
    }
  }

  private static Map<String, Set<String>> keys(List<Shape> shapes) {
    return shapes.stream().collect(Collectors.toMap(Shape::name, s -> new TreeSet<>(s.keys())));
  }

  private static Map<String, Set<String>> keys(String name) throws IOException {
    Map<String, Set<String>> keys = new LinkedHashMap<>();
    schema(name)
        .path("$defs")
        .properties()
        .forEach(e -> {
          if (e.getValue().has("properties")) {
            Set<String> names = new TreeSet<>();
            e.getValue().path("properties").fieldNames().forEachRemaining(names::add);
            keys.put(e.getKey(), names);
          }
        });
    return keys;
  }

  private static JsonNode schema(String name) throws IOException {
    String resource = "/schema/" + name + ".schema.json";
    try (InputStream in = JsonSchemaTest.class.getResourceAsStream(resource)) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in));
    }
  }
}
