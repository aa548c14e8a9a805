package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeaturesTest extends LakeFixture {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "timeTravelPlus",
        "variantType",
        "variantShredding-preview",
        "geospatial",
        "catalogManaged"
      })
  void aTableThatTakesMoreToReadIsRefusedByTheFeaturesName(String feature) throws Exception {
    DeltaTable table = createTable();
    need(table.path(), List.of("readerFeatures", "writerFeatures"), feature);
    assertThatThrownBy(() -> lake.open(NAME))
        .hasMessageStartingWith("LK-019")
        .hasMessageContaining(feature);
    assertThatThrownBy(table::refresh).hasMessageStartingWith("LK-019");
    assertThat(rows(table.history().createView(duck, 0, "before"), "before"))
        .containsExactly("1|a|1.00", "2|b|NULL");
  }

  @ParameterizedTest
  @ValueSource(strings = {"identityColumns", "checkConstraints", "rowTracking", "neverHeardOf"})
  void aTableThatTakesMoreToWriteIsReadAndNotWritten(String feature) throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    need(table.path(), List.of("writerFeatures"), feature);
    assertThatThrownBy(
            () -> {
              mirror.refresh(duck);
              var _ = make(table, mirror, 1, "FROM mirror WHERE id = 1");
              mirror.refresh(duck);
              var _ = make(table, mirror, 1, "FROM mirror WHERE id = 1");
            })
        .hasMessageStartingWith("LK-019")
        .hasMessageContaining(feature);
    DeltaTable again = lake.open(NAME);
    assertThat(again.version()).isEqualTo(1);
    assertThat(rows(again.history().createView(duck, 1, "now"), "now"))
        .containsExactly("1|a|1.00", "2|b|NULL");
    assertThatThrownBy(() -> lake.maintenance(NAME).compact(duck, CompactionGoal.usual()))
        .hasMessageStartingWith("LK-019");
    assertThatThrownBy(() ->
            lake.maintenance(NAME)
                .vacuum(
                    new VacuumBounds(VacuumBounds.USUAL_RETENTION, 1, VacuumBounds.Mode.DRY_RUN)))
        .as("what only that feature needs is not known")
        .hasMessageStartingWith("LK-019");
  }

  /** A whole protocol and columns as the log of another engine has them, beside our watermark. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "checkConstraints, delta.constraints.positive, `amount > 0`, ``, ``",
        "generatedColumns, ``, ``, delta.generationExpression, upper(name)",
        "identityColumns, ``, ``, delta.identity.start, 1",
        "allowColumnDefaults, ``, ``, CURRENT_DEFAULT, 'x'",
        "invariants, ``, ``, delta.invariants, `{\"expression\":{\"expression\":\"amount > 0\"}}`",
        "icebergCompatV2, delta.enableIcebergCompatV2, true, ``, ``",
        "clustering, ``, ``, ``, ``",
        "checkpointProtection, ``, ``, ``, ``"
      })
  void whatARuleOfAnotherEngineHoldsIsNotWrittenByOneThatDoesNotKnowIt(
      String feature, String property, String value, String columnProperty, String columnValue)
      throws Exception {
    var _ = lake.onOutsiders(OutsiderPolicy.ADOPT);
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    commit(
        table.path(),
        protocol -> {
          if (!feature.equals("invariants")) {
            ((ArrayNode) protocol.get("writerFeatures")).add(feature);
          }
        },
        metadata -> {
          if (!property.isEmpty()) {
            ((ObjectNode) metadata.get("configuration")).put(property, value);
          }
          if (!columnProperty.isEmpty()) {
            describe(metadata, "name", columnProperty, columnValue);
          }
        });
    assertThatThrownBy(() -> step(table, mirror, "FROM mirror WHERE id = 1"))
        .hasMessageStartingWith("LK-019")
        .hasMessageContaining(feature);
    assertThatThrownBy(() -> lake.maintenance(NAME).compact(duck, CompactionGoal.usual()))
        .hasMessageStartingWith("LK-019");
    DeltaTable again = lake.open(NAME);
    assertThat(rows(again.history().createView(duck, 1, "now"), "now"))
        .containsExactly("1|a|1.00", "2|b|NULL");
  }

  @Test
  void anAppendOnlyTableTakesRowsAndLosesNone() throws Exception {
    var _ = lake.onOutsiders(OutsiderPolicy.ADOPT);
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    commit(
        table.path(),
        _ -> {},
        metadata -> ((ObjectNode) metadata.get("configuration")).put("delta.appendOnly", "true"));
    for (String removing :
        List.of("FROM mirror WHERE id = 1", "SELECT id, 'z' AS name, amount FROM mirror")) {
      assertThatThrownBy(() -> step(table, mirror, removing))
          .hasMessageStartingWith("LK-019")
          .hasMessageContaining("appendOnly");
    }
    assertThat(
            step(
                table, mirror, "SELECT id, name, amount FROM mirror UNION ALL SELECT 3, 'c', NULL"))
        .isInstanceOf(CommitResult.Committed.class);
    assertThatThrownBy(() -> lake.maintenance(NAME).restore(0, RestoreMode.ANY_CUT))
        .hasMessageStartingWith("LK-019");
    assertThat(lake.maintenance(NAME).compact(duck, CompactionGoal.usual()).filesAfter()).isOne();
    assertThat(KernelReader.rows(table.path())).hasSize(3);
  }

  @Test
  void aTableThatAnotherEngineMadeIsNotOurs() throws Exception {
    Path log = lake.path(NAME).resolve("_delta_log");
    Files.createDirectories(log);
    Files.writeString(
        log.resolve("00000000000000000000.json"),
        """
        {"protocol":{"minReaderVersion":1,"minWriterVersion":4}}
        {"metaData":{"id":"a","format":{"provider":"parquet","options":{}},"schemaString":"{\\"type\\":\\"struct\\",\\"fields\\":[{\\"name\\":\\"id\\",\\"type\\":\\"long\\",\\"nullable\\":true,\\"metadata\\":{}}]}","partitionColumns":[],"configuration":{"delta.constraints.c":"id > 0"},"createdTime":0}}
        """);
    assertThatThrownBy(() -> lake.open(NAME)).hasMessageStartingWith("LK-014");
  }

  /** A step that knows of all commits so far. */
  private CommitResult step(DeltaTable table, Mirror mirror, String wanted) {
    table.refresh();
    mirror.refresh(duck);
    return make(table, mirror, 1, wanted);
  }

  private static void describe(ObjectNode metadata, String column, String name, String value) {
    try {
      ObjectNode schema = (ObjectNode) JSON.readTree(metadata.get("schemaString").asText());
      for (JsonNode field : schema.get("fields")) {
        if (field.get("name").asText().equals(column)) {
          ((ObjectNode) field.get("metadata")).put(name, value);
        }
      }
      metadata.put("schemaString", schema.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aTableOfALaterProtocolIsRefused() throws Exception {
    DeltaTable table = createTable();
    rewrite(table.path(), protocol -> protocol.put("minReaderVersion", 4));
    assertThatThrownBy(() -> lake.open(NAME))
        .hasMessageStartingWith("LK-019")
        .hasMessageContaining("version 4");
  }

  /** As another engine adds a feature: a commit that changes the protocol and no row. */
  private static void need(Path table, List<String> lists, String feature) throws IOException {
    rewrite(table, protocol -> lists.forEach(l -> ((ArrayNode) protocol.get(l)).add(feature)));
  }

  private static void rewrite(Path table, Consumer<ObjectNode> change) throws IOException {
    commit(table, change, null);
  }

  /**
   * Version 1, by hand: version 0's protocol and, where they change, its columns and properties.
   */
  private static void commit(
      Path table, Consumer<ObjectNode> change, @Nullable Consumer<ObjectNode> columns)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(table.resolve("_delta_log/00000000000000000000.json"))) {
      JsonNode action = JSON.readTree(line);
      if (action.has("protocol")) {
        change.accept((ObjectNode) action.get("protocol"));
        lines.add(action.toString());
      } else if (columns != null && action.has("metaData")) {
        columns.accept((ObjectNode) action.get("metaData"));
        lines.add(action.toString());
      } else if (action.has("commitInfo")) {
        ObjectNode info = (ObjectNode) action.get("commitInfo");
        info.put("inCommitTimestamp", info.get("inCommitTimestamp").asLong() + 1);
        lines.addFirst(action.toString());
      }
    }
    Files.write(table.resolve("_delta_log/00000000000000000001.json"), lines);
  }
}
