package io.millrace.ingest.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Decimal;
import io.millrace.contracts.row.RowSchema;
import io.millrace.ingest.SourceEvent.Change;
import io.millrace.ingest.SourceEvent.Shape;
import io.millrace.warehouse.raw.LivePostgres;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns and values, from the snapshot and from the log alike. */
@NullUnmarked
class CdcValuesIT extends OnDatabase {
  private static final String COLUMNS =
      """
      id int, b bool, i2 int2, i8 int8, f4 float4, f8 float8, d numeric(12,2), dneg numeric(3,-2),
      n numeric, big numeric(60,10), t text, vc varchar(9), c char(5), u uuid, j json, jb jsonb,
      m mood, dom posint, y bytea, day date, tod time, ts timestamp, tz timestamptz, ts0 timestamp(0),
      skip1 inet, skip2 int[], skip3 interval, skip4 oid, skip5 point, skip6 timetz, skip7 int4range,
      "Odd, ""name" text, s serial, PRIMARY KEY (u, id)
      """;

  private static final List<String> ROWS =
      List.of(
          """
          1, true, -7, 9007199254740993, 1.5, 0.1, 123.40, 12300, 1.50, 1.5, 'text', 'vc', 'ab',
          '6f6ae3de-5f6a-4c9b-8d5c-0a4d2a9c0001', '{"a": 1}', '{"a":  1}', 'happy', 5, '\\x00ff10',
          '2026-11-20', '12:34:56.789012', '2026-11-20 12:34:56.789012',
          '2026-11-20 12:34:56.789012+02', '2026-11-20 12:34:57', '10.0.0.1', '{1,2}', '1 day', 7,
          '(1,2)', '12:00+01', '[1,5)', 'odd', 42
          """,
          """
          2, false, 32767, -1, 'NaN', 'Infinity', -0.01, -100, 100000000000000000000.00010, 0, '', '',
          '', '6f6ae3de-5f6a-4c9b-8d5c-0a4d2a9c0002', 'null', '[]', 'sad', 6, '\\x', '0044-03-15 BC',
          '24:00:00', '0044-03-15 00:00:00.000001 BC', '0044-03-15 00:00:00 BC', '9999-12-31 23:59:59',
          NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 43
          """,
          """
          3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
          '6f6ae3de-5f6a-4c9b-8d5c-0a4d2a9c0003', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
          NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 44
          """,
          """
          4, true, 0, 0, '-Infinity', '-0', 0, 0, 0, 0, E'tab\\t ü 漢 😀', 'x', 'abcde',
          '6f6ae3de-5f6a-4c9b-8d5c-0a4d2a9c0004', '"s"', '1.10', 'happy', 1, '\\x41', '9999-12-31',
          '00:00', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999+00', '1969-12-31',
          NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 45
          """);

  @Test
  void readsTheSameValuesFromTheSnapshotAndFromTheLog() throws Exception {
    database.run(
        "CREATE TYPE mood AS ENUM ('happy', 'sad')",
        "CREATE DOMAIN posint AS int CHECK (VALUE > 0)",
        "CREATE TABLE t (" + COLUMNS + ")");
    for (String row : ROWS) {
      database.run("INSERT INTO t VALUES (" + row + ")");
    }
    database.capture("t");
    try (CdcReader reader = open(null)) {
      Events snapshot = Events.untilEnd(reader);
      Shape shape = snapshot.only(Shape.class).getFirst();
      assertThat(shape.schema().key()).containsExactly("u", "id");
      assertThat(shape.schema().names())
          .noneMatch(n -> n.startsWith("skip"))
          .contains("Odd, \"name")
          .hasSize(26);
      assertThat(types(shape.schema()))
          .contains(
              "id INTEGER",
              "i2 SMALLINT",
              "d DECIMAL(12,2)",
              "dneg DECIMAL(5,0)",
              "n VARCHAR",
              "big VARCHAR",
              "u VARCHAR",
              "m VARCHAR",
              "dom INTEGER",
              "y BLOB",
              "day DATE",
              "tod TIME",
              "ts TIMESTAMP",
              "tz TIMESTAMP WITH TIME ZONE",
              "s INTEGER");
      assertThat(shape.schema().column("u").orElseThrow().nullable()).isFalse();
      assertThat(shape.schema().column("t").orElseThrow().nullable()).isTrue();
      List<Change> read = snapshot.changes();
      exactly(shape, read.getFirst());

      database.run("DELETE FROM t");
      for (String row : ROWS) {
        database.run("INSERT INTO t VALUES (" + row + ")");
      }
      Events log = Events.untilChanges(reader, 2 * ROWS.size());
      assertThat(log.only(Shape.class)).isEmpty();
      List<Change> inserted = log.changes().subList(ROWS.size(), 2 * ROWS.size());
      for (int i = 0; i < ROWS.size(); i++) {
        assertThat(inserted.get(i).after()).as("row %d", i).isEqualTo(read.get(i).after());
        assertThat(inserted.get(i).key()).isEqualTo(read.get(i).key());
      }
    }
  }

  @Test
  void areOfTheColumnsAndTheKeyThatValidateTold() throws Exception {
    database.run(
        "CREATE TYPE mood AS ENUM ('happy', 'sad')",
        "CREATE DOMAIN posint AS int CHECK (VALUE > 0)",
        "CREATE DOMAIN price AS numeric(10,2)",
        "CREATE TABLE t ("
            + COLUMNS.replace(
                "PRIMARY KEY (u, id)",
                "called name, p price, behind numeric(3,5), wide numeric(60,-2),"
                    + " twice int GENERATED ALWAYS AS (id * 2) STORED,"
                    + " PRIMARY KEY (u, id) INCLUDE (b)")
            + ")",
        "INSERT INTO t (u, id) VALUES (gen_random_uuid(), 1)");
    database.capture("t");
    RowSchema told =
        new LivePostgres(List.of(database.source()), Map.of("PASSWORD", TestDatabase.PASSWORD))
            .of(database.name(), "t")
            .orElseThrow();
    try (CdcReader reader = open(null)) {
      RowSchema captured = Events.untilEnd(reader).only(Shape.class).getFirst().schema();
      assertThat(types(told)).containsExactlyElementsOf(types(captured));
      assertThat(told.key()).isEqualTo(captured.key());
    }
  }

  @Test
  void readsNullWhereTheColumnHasADefault() throws Exception {
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, i int DEFAULT 7, s text DEFAULT 'x', b bool DEFAULT"
            + " true, d numeric(5,2) DEFAULT 1.5, y bytea DEFAULT '\\x41', day date DEFAULT"
            + " '2020-01-01')",
        "INSERT INTO t VALUES (1, NULL, NULL, NULL, NULL, NULL, NULL)");
    database.capture("t");
    try (CdcReader reader = open(null)) {
      Object[] nothing = Events.untilEnd(reader).changes().getFirst().after();
      assertThat(nothing).containsExactly(1, null, null, null, null, null, null);
      database.run(
          "DELETE FROM t",
          "INSERT INTO t VALUES (1, NULL, NULL, NULL, NULL, NULL, NULL)",
          "UPDATE t SET i = 8",
          "UPDATE t SET i = NULL");
      List<Change> changes = Events.untilChanges(reader, 4).changes();
      assertThat(changes.get(1).after()).isEqualTo(nothing);
      assertThat(changes.get(2).after()).containsExactly(1, 8, null, null, null, null, null);
      assertThat(changes.get(3).after()).isEqualTo(nothing);
    }
  }

  private static void exactly(Shape shape, Change change) {
    List<String> names = shape.schema().names();
    Function<String, Object> value = name -> change.after()[names.indexOf(name)];
    assertThat(change.key()).containsExactly("6f6ae3de-5f6a-4c9b-8d5c-0a4d2a9c0001", 1);
    assertThat(value.apply("i2")).isEqualTo(-7);
    assertThat(value.apply("i8")).isEqualTo(9007199254740993L);
    assertThat(value.apply("f4")).isEqualTo(1.5f);
    assertThat(value.apply("d")).isEqualTo(new BigDecimal("123.40"));
    assertThat(value.apply("dneg")).isEqualTo(new BigDecimal("12300"));
    assertThat(value.apply("n")).isEqualTo("1.50");
    assertThat(value.apply("big")).isEqualTo("1.5000000000");
    assertThat(value.apply("c")).isEqualTo("ab   ");
    assertThat(value.apply("jb")).isEqualTo("{\"a\": 1}");
    assertThat(value.apply("y")).isEqualTo(new byte[] {0, (byte) 0xFF, 0x10});
    assertThat(value.apply("day")).isEqualTo((int) LocalDate.of(2026, 11, 20).toEpochDay());
    assertThat(value.apply("tod")).isEqualTo(45_296_789_012L);
    assertThat(value.apply("ts")).isEqualTo(micros("2026-11-20T12:34:56.789012Z"));
    assertThat(value.apply("tz")).isEqualTo(micros("2026-11-20T10:34:56.789012Z"));
  }

  private static long micros(String instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(instant));
  }

  private static List<String> types(RowSchema schema) {
    return schema.columns().stream().map(c -> c.name() + " " + c.type().sql()).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "date, infinity",
    "date, -infinity",
    "timestamp, infinity",
    "timestamp, -infinity",
    "timestamptz, infinity",
    "timestamptz, -infinity",
    "'numeric(5,2)', NaN",
    "timestamp, 294260-01-01",
    "timestamptz, 294260-01-01"
  })
  void stopsAtValuesThatNoColumnHolds(String type, String value) throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v " + type + ")");
    database.capture("t");
    try (CdcReader reader = open(null)) {
      Events.untilEnd(reader);
      database.run("INSERT INTO t VALUES (1, '" + value + "')");
      assertThatThrownBy(() -> Events.untilChanges(reader, 1))
          .hasMessageStartingWith("ING-013")
          .hasMessageContaining("\"public\".\"t\"")
          .hasMessageNotContaining(value.startsWith("2") ? value : "294260");
    }
    try (CdcReader reader = open(null)) {
      assertThatThrownBy(() -> Events.untilEnd(reader)).hasMessageStartingWith("ING-013");
    }
  }

  @Test
  void tellsNewColumnsBeforeTheirFirstRow() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, a text, n numeric(5,2))");
    database.capture("t");
    try (CdcReader reader = open(null)) {
      Events.untilEnd(reader);
      database.run("INSERT INTO t VALUES (1, 'a', 1)");
      database.transaction("ALTER TABLE t ADD COLUMN b int", "INSERT INTO t VALUES (2, 'a', 1, 8)");
      database.run(
          "UPDATE t SET a = 'x' WHERE id = 1",
          "ALTER TABLE t DROP COLUMN a",
          "INSERT INTO t VALUES (3, 1, 9)",
          "ALTER TABLE t ALTER COLUMN n TYPE numeric(9,2)",
          "INSERT INTO t VALUES (4, 1, 9)",
          "ALTER TABLE t RENAME COLUMN b TO c",
          "DELETE FROM t WHERE id = 1",
          "ALTER TABLE t ADD COLUMN net inet",
          "INSERT INTO t VALUES (5, 1, 9, '10.0.0.1')");
      Events events = Events.untilChanges(reader, 7);
      assertThat(told(events))
          .containsExactly(
              "t c [1, a, 1.00]",
              "id a n DECIMAL(5,2) b",
              "t c [2, a, 1.00, 8]",
              "t u [1, x, 1.00, null]",
              "id n DECIMAL(5,2) b",
              "t c [3, 1.00, 9]",
              "id n DECIMAL(9,2) b",
              "t c [4, 1.00, 9]",
              "id n DECIMAL(9,2) c",
              "t d [1]",
              "t c [5, 1.00, 9]");
    }
  }

  @Test
  void tellsColumnsThatChangeAmidATransaction() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, a text, n numeric(5,2))");
    database.capture("t");
    try (CdcReader reader = open(null)) {
      Events.untilEnd(reader);
      database.transaction(
          "INSERT INTO t VALUES (1, 'a', 1)",
          "ALTER TABLE t ADD COLUMN b int",
          "UPDATE t SET a = 'x' WHERE id = 1",
          "ALTER TABLE t ALTER COLUMN n TYPE numeric(9,2)",
          "INSERT INTO t VALUES (2, 'y', 1, 8)",
          "ALTER TABLE t RENAME COLUMN b TO c",
          "INSERT INTO t VALUES (3, 'y', 1, 8)",
          "INSERT INTO t VALUES (4, 'z', 2, 9)",
          "ALTER TABLE t DROP COLUMN a",
          "UPDATE t SET c = 10 WHERE id = 4",
          "DELETE FROM t WHERE id = 4");
      assertThat(told(Events.untilChanges(reader, 7)))
          .containsExactly(
              "t c [1, a, 1.00]",
              "id a n DECIMAL(5,2) b",
              "t u [1, x, 1.00, null]",
              "id a n DECIMAL(9,2) b",
              "t c [2, y, 1.00, 8]",
              "id a n DECIMAL(9,2) c",
              "t c [3, y, 1.00, 8]",
              "t c [4, z, 2.00, 9]",
              "id n DECIMAL(9,2) c",
              "t u [4, 2.00, 10]",
              "t d [4]");
    }
  }

  @Test
  void leavesGeneratedColumnsOut() throws Exception {
    generated();
    try (CdcReader reader = open(null)) {
      Events.untilEnd(reader);
      database.run("INSERT INTO t VALUES (2, 2)", "UPDATE t SET n = 3", "DELETE FROM t");
      assertThat(told(Events.untilChanges(reader, 5)))
          .containsExactly("t c [2, 2]", "t u [1, 3]", "t u [2, 3]", "t d [1]", "t d [2]");
    }
  }

  /** Since version 18 the server refuses to update such a table once it is published. */
  @Test
  void doesNotPublishATableWhoseRowsCouldNotBeUpdatedThen() throws Exception {
    generated();
    database.run("ALTER TABLE t REPLICA IDENTITY FULL");
    assertThatThrownBy(() -> open(null).close())
        .hasMessageStartingWith("ING-010")
        .hasMessageContaining("generated")
        .hasMessageContaining("REPLICA IDENTITY DEFAULT;");
    database.run("UPDATE t SET n = 3");
  }

  private void generated() throws Exception {
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, n int, g int GENERATED ALWAYS AS (n * 2) STORED)",
        "INSERT INTO t VALUES (1, 1)");
    database.capture("t");
  }

  @Test
  void tellsTheColumnsOfOldRowsWhenTheTableHasOthersByNow() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, a text)");
    database.capture("t");
    String position;
    try (CdcReader reader = open(null)) {
      position = Events.untilEnd(reader).last().position();
    }
    database.run(
        "INSERT INTO t VALUES (1, 'old')",
        "ALTER TABLE t DROP COLUMN a, ADD COLUMN b int",
        "INSERT INTO t VALUES (2, 5)");
    try (CdcReader reader = open(position)) {
      assertThat(told(Events.untilChanges(reader, 2)))
          .containsExactly("id b", "id a", "t c [1, old]", "id b", "t c [2, 5]");
    }
  }

  private static List<String> told(Events events) {
    return events.all().stream()
        .filter(e -> e instanceof Shape || e instanceof Change)
        .map(e ->
            switch (e) {
              case Shape shape ->
                  shape.schema().columns().stream()
                      .map(CdcValuesIT::told)
                      .collect(Collectors.joining(" "));
              case Change change -> Events.line(change);
              default -> "";
            })
        .toList();
  }

  private static String told(Column column) {
    return column.type() instanceof Decimal
        ? column.name() + " " + column.type().sql()
        : column.name();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "bytea", "jsonb", "numeric", "varchar(20000)"})
  void stopsAtAnUpdateWhoseLargeValueIsNotInTheLog(String type) throws Exception {
    large(type);
    try (CdcReader reader = open(null)) {
      Events.untilEnd(reader);
      database.run("UPDATE t SET small = 2");
      assertThatThrownBy(() -> Events.untilChanges(reader, 1))
          .hasMessageStartingWith("ING-012")
          .hasMessageContaining("ALTER TABLE \"public\".\"t\" REPLICA IDENTITY FULL")
          .hasMessageContaining("\"big\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "bytea", "jsonb", "numeric", "varchar(20000)"})
  void takesALargeValueFromTheOldRowWhereItIsLogged(String type) throws Exception {
    large(type);
    database.run("ALTER TABLE t REPLICA IDENTITY FULL");
    try (CdcReader reader = open(null)) {
      Object big = Events.untilEnd(reader).changes().getFirst().after()[1];
      database.run("UPDATE t SET small = 2", "UPDATE t SET big = NULL", "DELETE FROM t");
      List<Change> changes = Events.untilChanges(reader, 3).changes();
      assertThat(changes.get(0).before()).isEqualTo(new Object[] {1, big, 1});
      assertThat(changes.get(0).after()).isEqualTo(new Object[] {1, big, 2});
      assertThat(changes.get(1).after()).isEqualTo(new Object[] {1, null, 2});
      assertThat(changes.get(2).before()).isEqualTo(new Object[] {1, null, 2});
      assertThat(changes.get(2).after()).isNull();
    }
  }

  /** A table with one row whose column big lies out of line. */
  private void large(String type) throws Exception {
    String value =
        switch (type) {
          case "bytea" -> "decode(string_agg(md5(g::text), ''), 'hex')";
          case "jsonb" -> "to_jsonb(string_agg(md5(g::text), ''))";
          case "numeric" -> "string_agg((g * 7919 % 1000003)::text, '')::numeric";
          default -> "string_agg(md5(g::text), '')";
        };
    database.run("CREATE TABLE t (id int PRIMARY KEY, big " + type + ", small int)");
    if (!type.equals("numeric")) {
      database.run("ALTER TABLE t ALTER COLUMN big SET STORAGE EXTERNAL");
    }
    int pieces = type.equals("numeric") ? 10_000 : 500;
    database.run(
        "INSERT INTO t SELECT 1, " + value + ", 1 FROM generate_series(1, " + pieces + ") g");
    database.capture("t");
  }

  @Test
  void tellsNoOldRowWhereTheLogHoldsItsKeyOnly() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1)");
    database.capture("t");
    String position;
    try (CdcReader reader = open(null)) {
      position = Events.untilEnd(reader).last().position();
    }
    // The first delete is logged with its key only, though the table logs whole rows by now.
    database.run(
        "DELETE FROM t",
        "ALTER TABLE t REPLICA IDENTITY FULL",
        "INSERT INTO t VALUES (2, 2)",
        "DELETE FROM t");
    try (CdcReader reader = open(position)) {
      List<Change> changes = Events.untilChanges(reader, 3).changes();
      assertThat(changes.get(0).before()).isNull();
      assertThat(changes.get(0).key()).containsExactly(1);
      assertThat(changes.get(2).before()).isEqualTo(new Object[] {2, 2});
    }
  }
}
