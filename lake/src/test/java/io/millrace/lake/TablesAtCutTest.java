package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.junit.jupiter.api.Test;

class TablesAtCutTest extends LakeFixture {
  private static final TableName OTHER = TableName.parse("staging.other");

  @Test
  void readsTablesAtOneCutAsArrowBatches() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 4, "SELECT i AS id, 'n' AS name, i AS amount FROM range(5000) t(i)");
    make(table, mirror, 9, "FROM mirror WHERE id < 10");
    var _ =
        lake.create(
            OTHER,
            TableSpec.of(SCHEMA),
            Watermark.at(2, "d"),
            duck,
            "SELECT i AS id, 'o' AS name, 1 AS amount FROM range(7000) t(i)");
    List<Integer> batches = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    TablesAtCut at = new TablesAtCut(duck, 5);
    at.add(lake, List.of(NAME, OTHER));
    try (BufferAllocator allocator = new RootAllocator()) {
      at.read(
          "SELECT c.id FROM dim.customer c JOIN staging.other o USING (id)",
          allocator,
          2048,
          reader -> {
            while (reader.loadNextBatch()) {
              BigIntVector id = (BigIntVector) reader.getVectorSchemaRoot().getVector("id");
              batches.add(id.getValueCount());
              for (int i = 0; i < id.getValueCount(); i++) {
                ids.add(id.get(i));
              }
            }
          });
    }
    assertThat(ids).hasSize(5000).doesNotHaveDuplicates();
    assertThat(batches).hasSizeGreaterThan(1);
    assertThatThrownBy(() -> new TablesAtCut(duck, 1).add(lake, List.of(OTHER)))
        .hasMessageStartingWith("LK-011");
  }
}
