package io.millrace.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/SOURCES.md names every key that warehouse.yml and sources may have. */
class SourcesPageTest {
  private static final Path SCHEMAS =
      Repository.ROOT.resolve("warehouse/src/main/resources/schema");

  @ParameterizedTest
  @ValueSource(strings = {"warehouse", "source"})
  void namesEveryKey(String schema) throws IOException {
    TreeSet<String> keys = new TreeSet<>();
    JsonNode root = new ObjectMapper().readTree(SCHEMAS.resolve(schema + ".schema.json").toFile());
    for (JsonNode shape : root.path("$defs")) {
      shape.path("properties").properties().stream().map(Map.Entry::getKey).forEach(keys::add);
    }
    String page = Repository.read(Repository.ROOT.resolve("docs/SOURCES.md"));
    assertThat(keys).isNotEmpty().allMatch(key -> page.matches("(?s).*`" + key + "[`:].*"));
  }
}
