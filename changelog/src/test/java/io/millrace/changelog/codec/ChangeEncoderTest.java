package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangeEncoderTest {
  private static final RowSchema KEYED =
      new RowSchema(
          List.of(
              new Column("k", DataType.Simple.INTEGER, true),
              new Column("v", DataType.Simple.VARCHAR, true)),
          List.of("k"));
  private static final RowSchema BAG = new RowSchema(KEYED.columns(), List.of());
  private static final TableVersion VERSION = new TableVersion(1, 2, Instant.EPOCH);

  private final Duck duck = new Duck();

  @AfterEach
  void close() {
    duck.close();
  }

  @Test
  void pairsTheRowsOfAKeyAlsoOfTheNullKey() {
    changes(
        "(1, 'a', 'update_preimage')",
        "(1, 'b', 'update_postimage')",
        "(NULL, 'x', 'delete')",
        "(NULL, 'y', 'insert')",
        "(2, 'gone', 'delete')",
        "(3, 'new', 'insert')");

    assertThat(encoded(KEYED))
        .containsExactlyInAnyOrder(
            "u 1:a -> 1:b", "u null:x -> null:y", "d 2:gone -> ", "c  -> 3:new");
  }

  @Test
  void usesEachRowOnceWhenAKeyHasSeveral() {
    changes(
        "(1, 'open', 'update_preimage')",
        "(1, 'closed', 'update_postimage')",
        "(1, 'next', 'insert')",
        "(2, 'p', 'delete')",
        "(2, 'q', 'delete')",
        "(2, 'r', 'update_preimage')",
        "(2, 'R', 'update_postimage')");

    assertThat(encoded(KEYED))
        .containsExactlyInAnyOrder(
            "u 1:open -> 1:closed", "c  -> 1:next", "d 2:p -> ", "d 2:q -> ", "u 2:r -> 2:R");
  }

  @Test
  void pairsTheRowsOfAKeyAcrossBatches() {
    duck.run(
        "CREATE OR REPLACE TABLE changes AS SELECT i AS k, t AS v, t AS _change_type FROM"
            + " range(20_000) r(i), (VALUES ('update_preimage'), ('insert')) c(t)"
            + " WHERE i <> 5 OR t = 'insert'");

    List<String> changes = encoded(KEYED);
    assertThat(changes).hasSize(20_000).contains("c  -> 5:insert");
    assertThat(changes).filteredOn(change -> change.startsWith("u")).hasSize(19_999);
  }

  @Test
  void letsTheRowsOfABagStandAlone() {
    changes("(1, 'a', 'delete')", "(1, 'a', 'delete')", "(1, 'b', 'insert')");

    assertThat(encoded(BAG)).containsExactlyInAnyOrder("d 1:a -> ", "d 1:a -> ", "c  -> 1:b");
  }

  @Test
  void givesNoKeyToTheRowsOfABag() {
    changes("(1, 'a', 'delete')");

    new ChangeEncoder("t.t", BAG, 1, 2)
        .encode(
            duck.connection(),
            duck.allocator(),
            OrderedChanges.sql("changes", BAG),
            VERSION,
            (key, value) -> assertThat(key).isNull());
  }

  @Test
  void refusesNullWhereTheTableHasNone() {
    changes("(1, NULL, 'insert')");
    RowSchema strict =
        new RowSchema(
            List.of(KEYED.columns().get(0), new Column("v", DataType.Simple.VARCHAR, false)),
            List.of("k"));

    assertFails(ChangelogError.CL_013_NULL_IN_TABLE, strict, OrderedChanges.sql("changes", strict));
  }

  @Test
  void refusesAQueryOfOtherColumns() {
    for (String other :
        List.of(
            "SELECT 3, 1",
            "SELECT 'insert', 1, 'a'",
            "SELECT 3, 1::BIGINT, 'a'",
            "SELECT 4, 1, 'a'",
            "SELECT NULL::INTEGER, 1, 'a'")) {
      assertFails(ChangelogError.CL_011_VALUE_OF_OTHER_TYPE, KEYED, other);
    }
  }

  @Test
  void saysThatDuckDbFailed() {
    assertFails(ChangelogError.CL_012_ENGINE_FAILED, KEYED, "SELECT nothing FROM nowhere");
  }

  @Test
  void passesOnWhatTheSinkThrowsAndFreesTheBatch() {
    changes("(1, 'a', 'insert')");

    assertThatIllegalStateException()
        .isThrownBy(() ->
            new ChangeEncoder("t.t", KEYED, 1, 2)
                .encode(
                    duck.connection(),
                    duck.allocator(),
                    OrderedChanges.sql("changes", KEYED),
                    VERSION,
                    (key, value) -> {
                      throw new IllegalStateException("fenced");
                    }))
        .withMessage("fenced");
    assertThat(duck.allocator().getAllocatedMemory()).isZero();
  }

  private void assertFails(ChangelogError code, RowSchema schema, String sql) {
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() ->
            new ChangeEncoder("t.t", schema, 1, 2)
                .encode(duck.connection(), duck.allocator(), sql, VERSION, (key, value) -> {}))
        .satisfies(e -> assertThat(e.errorCode()).isEqualTo(code));
  }

  private void changes(String... rows) {
    duck.run(
        "CREATE OR REPLACE TABLE changes AS FROM (VALUES "
            + String.join(", ", rows)
            + ") AS t(k, v, _change_type)");
  }

  private List<String> encoded(RowSchema schema) {
    List<String> changes = new ArrayList<>();
    new ChangeEncoder("t.t", schema, 1, 2)
        .encode(
            duck.connection(),
            duck.allocator(),
            OrderedChanges.sql("changes", schema),
            VERSION,
            (key, value) -> {
              GenericRecord change = Generic.read(ChangeSchemas.tableValue("t", schema), value);
              changes.add(
                  change.get("op")
                      + " "
                      + image(change, "before")
                      + " -> "
                      + image(change, "after"));
            });
    return Collections.unmodifiableList(changes);
  }

  private static String image(GenericRecord change, String side) {
    return change.get(side) instanceof GenericRecord row ? row.get("k") + ":" + row.get("v") : "";
  }
}
