package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeaturesTest extends LakeFixture {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(strings = {"timeTravelPlus", "variantType", "catalogManaged"})
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

  private static void rewrite(Path table, java.util.function.Consumer<ObjectNode> change)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(table.resolve("_delta_log/00000000000000000000.json"))) {
      JsonNode action = JSON.readTree(line);
      if (action.has("protocol")) {
        change.accept((ObjectNode) action.get("protocol"));
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
