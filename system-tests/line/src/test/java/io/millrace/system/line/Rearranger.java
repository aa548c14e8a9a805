package io.millrace.system.line;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Somebody else who works on a Delta table as OPTIMIZE does: live files without dead rows become
 * one, no row changes. Knows nothing of Millrace, only Delta's protocol; replays the log's JSON.
 */
final class Rearranger implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SMALL_BYTES = 64 << 10;

  private final Path table;
  private final DuckDb duckDb;
  private final Connection duck;
  private final Map<String, JsonNode> live = new TreeMap<>();
  private long version = -1;
  private long committedAt;
  private String fieldIds = "";

  Rearranger(Path table, Path spill) {
    this.table = table;
    this.duckDb = DuckDb.inMemory(spill, DuckDb.Limits.small());
    this.duck = duckDb.connect();
  }

  /** Makes one commit; false if there was nothing to rearrange or another writer came first. */
  boolean rearrange() throws IOException {
    replay();
    List<JsonNode> old =
        live.values().stream()
            .filter(f -> !f.has("deletionVector") && f.path("size").asLong() < SMALL_BYTES)
            .toList();
    if (old.isEmpty()) {
      return false;
    }
    Path written = write(old);
    List<String> lines = new ArrayList<>();
    long now = Math.max(Clock.systemUTC().millis(), committedAt + 1);
    lines.add(line("commitInfo", info(now)));
    for (JsonNode file : old) {
      lines.add(line("remove", removed(file, now)));
    }
    lines.add(line("add", added(written, now)));
    return commit(lines, written);
  }

  private void replay() throws IOException {
    while (Files.exists(log(version + 1))) {
      version++;
      List<JsonNode> added = new ArrayList<>();
      for (String line : Files.readAllLines(log(version))) {
        JsonNode action = JSON.readTree(line);
        if (action.has("remove")) {
          live.remove(action.path("remove").path("path").asText());
        } else if (action.has("add")) {
          added.add(action.path("add"));
        } else if (action.has("metaData")) {
          fieldIds = fieldIds(action.path("metaData").path("schemaString").asText());
        } else if (action.has("commitInfo")) {
          committedAt = action.path("commitInfo").path("inCommitTimestamp").asLong();
        }
      }
      added.forEach(add -> live.put(add.path("path").asText(), add));
    }
  }

  private Path log(long of) {
    return table.resolve("_delta_log").resolve(String.format(Locale.ROOT, "%020d.json", of));
  }

  private static String fieldIds(String schema) throws JsonProcessingException {
    List<String> ids = new ArrayList<>();
    for (JsonNode field : JSON.readTree(schema).path("fields")) {
      JsonNode mapping = field.path("metadata");
      ids.add(
          Sql.name(mapping.path("delta.columnMapping.physicalName").asText())
              + ": "
              + mapping.path("delta.columnMapping.id").asLong());
    }
    return String.join(", ", ids);
  }

  private Path write(List<JsonNode> files) {
    Path target = table.resolve("part-" + UUID.randomUUID() + ".parquet");
    String paths =
        files.stream()
            .map(f -> Sql.text(table.resolve(f.path("path").asText()).toString()))
            .collect(Collectors.joining(", "));
    Sql.run(
        duck,
        "COPY (FROM read_parquet([%s], union_by_name = true)) TO %s (FORMAT parquet, FIELD_IDS {%s})"
            .formatted(paths, Sql.text(target.toString()), fieldIds));
    return target;
  }

  private static ObjectNode info(long now) {
    ObjectNode info = JSON.createObjectNode();
    info.put("inCommitTimestamp", now).put("timestamp", now).put("operation", "OPTIMIZE");
    info.putObject("operationParameters");
    return info;
  }

  private static ObjectNode removed(JsonNode file, long now) {
    ObjectNode remove = JSON.createObjectNode();
    remove.put("path", file.path("path").asText()).put("deletionTimestamp", now);
    remove.put("dataChange", false).put("extendedFileMetadata", true);
    remove.put("size", file.path("size").asLong()).putObject("partitionValues");
    return remove;
  }

  private ObjectNode added(Path file, long now) throws IOException {
    long rows = Sql.number(duck, "SELECT count(*) FROM " + Sql.text(file.toString()));
    ObjectNode add = JSON.createObjectNode();
    add.put("path", file.getFileName().toString()).put("size", Files.size(file));
    add.put("modificationTime", now).put("dataChange", false);
    add.put("stats", "{\"numRecords\":" + rows + "}").putObject("partitionValues");
    return add;
  }

  private static String line(String kind, ObjectNode action) {
    ObjectNode line = JSON.createObjectNode();
    line.set(kind, action);
    return line.toString();
  }

  /** A version is given out once: a link to a name that is there fails. */
  private boolean commit(List<String> lines, Path written) throws IOException {
    Path temporary = table.resolve("_delta_log").resolve("." + UUID.randomUUID() + ".tmp");
    Files.write(temporary, lines);
    try {
      var _ = Files.createLink(log(version + 1), temporary);
      return true;
    } catch (FileAlreadyExistsException e) {
      Files.delete(written);
      return false;
    } finally {
      Files.delete(temporary);
    }
  }

  @Override
  public void close() throws SQLException {
    duck.close();
    duckDb.close();
  }
}
