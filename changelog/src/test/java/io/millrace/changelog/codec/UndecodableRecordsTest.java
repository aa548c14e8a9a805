package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.ContractError;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** What cannot be decoded or loaded: set aside, taken back, or said. */
class UndecodableRecordsTest extends OnDuck {
  @Test
  void setsAsideWhatItCannotDecodeAndLoadsTheRest() {
    byte[] good = Generic.framed(1, Generic.raw(RAW, "c", null, row(1L, "a"), 0));
    byte[] badText = good.clone();
    badText[10] = (byte) 0xFF;
    assertThat(good[10]).isEqualTo((byte) 'a');

    Loaded loaded =
        load(
            raw(ORDERS),
            bytes(0, good),
            bytes(1, new byte[0]),
            bytes(2, new byte[] {7, 0, 0, 0, 1, 1}),
            bytes(3, Generic.framed(99, Generic.raw(RAW, "c", null, row(1L, "a"), 0))),
            bytes(4, Arrays.copyOf(good, good.length - 1)),
            bytes(5, Arrays.copyOf(good, good.length + 1)),
            bytes(6, badText),
            bytes(7, Generic.framed(2, Generic.row(KEY, row(1L)))),
            raw(8, "x", null, row(1L, "a")),
            raw(9, "u", row(1L, "a"), null),
            raw(10, "d", null, null),
            bytes(11, good));

    assertThat(duck.texts("SELECT _position, status FROM t"))
        .containsExactly(text("0", "a"), text("11", "a"));
    Map<Long, ErrorCode> codes = new TreeMap<>();
    loaded.undecodable().forEach(u -> codes.put(u.offset(), u.code()));
    assertThat(codes)
        .containsExactlyEntriesOf(
            new TreeMap<>(
                Map.of(
                    1L, ChangelogError.CL_004_NOT_FRAMED,
                    2L, ChangelogError.CL_004_NOT_FRAMED,
                    3L, ChangelogError.CL_002_SCHEMA_UNKNOWN,
                    4L, ChangelogError.CL_005_RECORD_MALFORMED,
                    5L, ChangelogError.CL_005_RECORD_MALFORMED,
                    6L, ChangelogError.CL_005_RECORD_MALFORMED,
                    7L, ContractError.CON_002_NOT_AN_ENVELOPE,
                    8L, ChangelogError.CL_005_RECORD_MALFORMED,
                    9L, ChangelogError.CL_005_RECORD_MALFORMED,
                    10L, ChangelogError.CL_005_RECORD_MALFORMED)));
    assertThat(loaded.undecodable().get(5).message()).contains("column status", "UTF-8");
  }

  @Test
  void findsWhatComesBehindMoreBadRecordsThanABatchHolds() {
    byte[] bad = new byte[1 << 20];
    WireRecord[] records = new WireRecord[80];
    Arrays.setAll(records, i -> bytes(i, bad));
    records[79] = raw(79, "c", null, row(1L, "a"));

    Loaded loaded = load(raw(ORDERS), records);

    assertThat(loaded.undecodable()).hasSize(79);
    assertThat(duck.texts("SELECT _position FROM t")).containsExactly(text("79"));
  }

  @Test
  void takesBackTheNullsOfARecordThatTurnsOutBad() {
    byte[] bad = Generic.framed(1, Generic.raw(RAW, "c", null, row(1L, null), 0));

    load(
        raw(ORDERS),
        bytes(0, Arrays.copyOf(bad, bad.length - 1)),
        raw(1, "c", null, row(2L, "kept")));

    assertThat(duck.texts("SELECT id, status FROM t")).containsExactly(text("2", "kept"));
  }

  @Test
  void takesAnUpdateBackWholeWhenItsSecondRowIsBad() {
    Schema table = ChangeSchemas.tableValue("dim.customer", ORDERS);
    schemas.put(5, table);
    byte[] update =
        Generic.framed(5, Generic.table(table, "u", row(1L, null), row(1L, null), 3, 9, 0));

    Loaded loaded =
        load(
            ChangeDecoder.feed(schemas()::get, ORDERS, Missing.REFUSE),
            bytes(0, Arrays.copyOf(update, 9)),
            record(1, 5, Generic.table(table, "u", row(1L, "a"), row(1L, "b"), 3, 9, 0)));

    assertThat(loaded.rows()).isEqualTo(2);
    assertThat(duck.texts("SELECT status FROM t")).containsExactly(text("a"), text("b"));
  }

  @Test
  void asksAgainAtTheNextLoadForASchemaThatWasUnknown() {
    schemas.remove(1);
    ChangeDecoder decoder = raw(ORDERS);
    assertThat(load(decoder, raw(0, "c", null, row(1L, "a"))).undecodable()).hasSize(1);

    schemas.put(1, RAW);

    assertThat(load(decoder, raw(0, "c", null, row(1L, "a"))).undecodable()).isEmpty();
  }

  @Test
  void stopsWhenTheRegistryIsDownAndLeavesTheTableAsItWas() {
    ChangeDecoder decoder = raw(ORDERS);
    load(decoder, raw(0, "c", null, row(1L, "a")));
    ChangeDecoder cut =
        ChangeDecoder.raw(
            id -> {
              throw new MillraceException(
                  ChangelogError.CL_001_REGISTRY_UNAVAILABLE, "the registry is down.");
            },
            ORDERS,
            Missing.REFUSE);

    assertFails(ChangelogError.CL_001_REGISTRY_UNAVAILABLE, cut, raw(1, "c", null, row(2L, "b")));
    assertThat(duck.texts("SELECT id FROM t")).containsExactly(text("1"));
    assertThat(load(decoder, raw(1, "c", null, row(2L, "b"))).rows()).isEqualTo(1);
  }

  @Test
  void passesOnWhatTheBatchesThrow() {
    Iterator<List<WireRecord>> failing =
        IntStream.range(0, 3)
            .mapToObj(i -> {
              if (i == 2) {
                throw new IllegalStateException("the broker is gone");
              }
              return List.of(raw(i, "c", null, row(1L, "a")));
            })
            .iterator();

    assertThatIllegalStateException()
        .isThrownBy(() -> raw(ORDERS).load(duck.connection(), "t", duck.allocator(), failing))
        .withMessage("the broker is gone");
  }

  @Test
  void saysWhatDuckDbSaysWhenTheTableIsNotThere() {
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() ->
            raw(ORDERS)
                .append(
                    duck.connection(),
                    "nowhere",
                    duck.allocator(),
                    batches(raw(1, "c", null, row(1L, "a")))))
        .satisfies(e -> assertThat(e.errorCode()).isEqualTo(ChangelogError.CL_012_ENGINE_FAILED))
        .satisfies(e -> assertThat(e.getCause()).hasMessageContaining("nowhere"));
    assertThat(duck.texts("SELECT view_name FROM duckdb_views() WHERE NOT internal")).isEmpty();
    assertThat(duck.allocator().getAllocatedMemory()).isZero();
  }

  private void assertFails(ChangelogError code, ChangeDecoder decoder, WireRecord... records) {
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(() -> load(decoder, records))
        .satisfies(e -> assertThat(e.errorCode()).isEqualTo(code));
  }
}
