package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class ChangeDecoderTest extends OnDuck {
  @Test
  void givesOneRowForEachRawChange() {
    Loaded loaded =
        load(
            raw(ORDERS),
            raw(10, "c", null, row(1L, "new")),
            raw(11, "u", row(1L, "new"), row(1L, "paid")),
            raw(12, "d", row(1L, "paid"), null),
            raw(13, "r", null, row(2L, null)),
            raw(14, "t", null, null));

    assertThat(loaded).isEqualTo(new Loaded(5, 5, 0, List.of()));
    assertThat(duck.texts("FROM t"))
        .containsExactly(
            text("1", "new", "c", "1970-01-01T00:00:00.000010Z", "10", "3"),
            text("1", "paid", "u", "1970-01-01T00:00:00.000011Z", "11", "3"),
            text("1", "paid", "d", "1970-01-01T00:00:00.000012Z", "12", "3"),
            text("2", null, "r", "1970-01-01T00:00:00.000013Z", "13", "3"),
            text(null, null, "t", "1970-01-01T00:00:00.000014Z", "14", "3"));
    assertThat(duck.texts("SELECT column_name || ' ' || column_type FROM (DESCRIBE t)"))
        .extracting(List::getFirst)
        .containsExactly(
            "id BIGINT",
            "status VARCHAR",
            "_op VARCHAR",
            "_committed_at TIMESTAMP WITH TIME ZONE",
            "_position BIGINT",
            "_part INTEGER");
  }

  @Test
  void givesTwoRowsForATablesUpdate() {
    Schema table = ChangeSchemas.tableValue("dim.customer", ORDERS);
    schemas.put(5, table);
    ChangeDecoder decoder = ChangeDecoder.feed(schemas()::get, ORDERS, Missing.REFUSE);

    Loaded loaded =
        load(
            decoder,
            record(7, 5, Generic.table(table, "u", row(1L, "a"), row(1L, "b"), 3, 9, 0)),
            record(8, 5, Generic.table(table, "c", null, row(2L, "c"), 4, 10, 0)));

    assertThat(loaded).isEqualTo(new Loaded(2, 3, 0, List.of()));
    assertThat(duck.texts("SELECT id, status, _weight, _version, _cut, _position FROM t"))
        .containsExactly(
            text("1", "a", "-1", "3", "9", "7"),
            text("1", "b", "1", "3", "9", "7"),
            text("2", "c", "1", "4", "10", "8"));
  }

  @Test
  void appendsToATableThatItCreated() {
    ChangeDecoder decoder = raw(ORDERS);
    load(decoder, raw(1, "c", null, row(1L, "a")));

    decoder.append(
        duck.connection(), "t", duck.allocator(), batches(raw(2, "c", null, row(2L, "b"))));

    assertThat(duck.texts("SELECT id FROM t")).containsExactly(text("1"), text("2"));
    assertThat(duck.texts("SELECT view_name FROM duckdb_views() WHERE NOT internal")).isEmpty();
  }

  @Test
  void createsTheTableOfNoRecords() {
    load(raw(ORDERS));

    assertThat(duck.texts("SELECT count(*) FROM t")).containsExactly(text("0"));
  }

  @Test
  void passesOverTombstones() {
    Loaded loaded = load(raw(ORDERS), new WireRecord(new byte[] {1}, null, 0, 4));

    assertThat(loaded).isEqualTo(new Loaded(1, 0, 1, List.of()));
  }

  @Test
  void refusesAColumnWithTheNameOfAnAddedOne() {
    RowSchema reserved =
        new RowSchema(List.of(new Column("_OP", DataType.Simple.VARCHAR, true)), List.of());

    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> raw(reserved))
        .satisfies(
            e -> assertThat(e.errorCode()).isEqualTo(ChangelogError.CL_009_COLUMN_NAME_RESERVED));
  }

  @Test
  void readsMoreBytesThanOneBatchHolds() {
    String large = "x".repeat(3_000_000);
    byte[] bytes = Generic.framed(1, Generic.raw(RAW, "c", null, row(1L, large), 0));
    List<WireRecord> records = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      records.add(bytes(i, bytes));
    }
    BufferAllocator small = duck.allocator().newChildAllocator("small", 0, 400L << 20);

    Loaded loaded = raw(ORDERS).load(duck.connection(), "t", small, List.of(records).iterator());

    assertThat(loaded.rows()).isEqualTo(60);
    assertThat(duck.texts("SELECT sum(length(status)) FROM t")).containsExactly(text("180000000"));
    assertThat(small.getPeakMemoryAllocation()).isLessThan(400L << 20);
    small.close();
  }

  @Test
  void readsMoreRowsThanOneBatchHolds() {
    List<WireRecord> records = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      records.add(raw(i, "c", null, row((long) i, i % 3 == 0 ? null : "s" + i)));
    }

    Loaded loaded =
        raw(ORDERS).load(duck.connection(), "t", duck.allocator(), List.of(records).iterator());

    assertThat(loaded.rows()).isEqualTo(100_000);
    assertThat(
            duck.texts(
                "SELECT count(*), count(DISTINCT id), count(status),"
                    + " count(*) FILTER (status = 's' || id) FROM t"))
        .containsExactly(text("100000", "100000", "66666", "66666"));
  }
}
