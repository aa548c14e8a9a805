package io.millrace.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Gives channels what they must know of warehouse.yml before anything starts: the topic prefix and
 * the number of shards. Checks nothing: the folder is validated once the service runs.
 */
public final class WarehouseConfigSource implements ConfigSource {
  private final Map<String, String> values;

  public WarehouseConfigSource() {
    String folder =
        System.getProperty("millrace.warehouse", System.getenv().get("MILLRACE_WAREHOUSE"));
    JsonNode yml = read(folder);
    int shards = yml.path("shards").asInt(16);
    this.values =
        Map.of(
            "millrace.topic-prefix",
            yml.path("topic-prefix").asText(yml.path("name").asText("warehouse")),
            "millrace.shards",
            Integer.toString(shards),
            "millrace.published-seek",
            IntStream.range(0, shards).mapToObj(i -> i + ":0").collect(Collectors.joining(",")));
  }

  private static JsonNode read(@Nullable String folder) {
    YAMLMapper mapper = new YAMLMapper();
    if (folder == null) {
      return mapper.createObjectNode();
    }
    Path file = Path.of(folder, "warehouse.yml");
    try {
      JsonNode yml = Files.isRegularFile(file) ? mapper.readTree(file.toFile()) : null;
      return yml == null ? mapper.createObjectNode() : yml;
    } catch (IOException e) {
      return mapper.createObjectNode();
    }
  }

  @Override
  public Set<String> getPropertyNames() {
    return values.keySet();
  }

  @Override
  public @Nullable String getValue(String property) {
    return values.get(property);
  }

  @Override
  public String getName() {
    return "warehouse.yml";
  }

  @Override
  public int getOrdinal() {
    return 260;
  }
}
