package io.millrace.marts.incremental;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Random rows and batches of changes for tables a, b, c and members of dimensions m; NULL in every
 * column.
 */
final class Batches {
  private static final List<String> TABLES = List.of("a", "b", "c");
  private static final String MEMBERS = "m";
  private static final List<String> ROW =
      List.of(
          "id BIGINT",
          "k INTEGER",
          "g VARCHAR",
          "v DECIMAL(12,2)",
          "x DOUBLE",
          "d DATE",
          "t TIMESTAMPTZ");
  private static final List<String> MEMBER =
      List.of(
          "sk BIGINT",
          "k INTEGER",
          "g VARCHAR",
          "valid_from TIMESTAMPTZ",
          "valid_to TIMESTAMPTZ",
          "is_current BOOLEAN");

  private final Random random;
  private final Ground ground;

  Batches(Random random, Ground ground) {
    this.random = random;
    this.ground = ground;
  }

  void createTables() {
    TABLES.forEach(this::create);
    create(MEMBERS);
  }

  private void create(String table) {
    ground.run(
        "CREATE OR REPLACE TABLE staging.%s (%s)"
            .formatted(table, String.join(", ", columns(table))));
    int rows = random.nextInt(8) == 0 ? 0 : 2 + random.nextInt(12);
    if (rows > 0) {
      ground.run(
          "INSERT INTO staging.%s VALUES %s"
              .formatted(
                  table,
                  IntStream.range(0, rows)
                      .mapToObj(i -> "(" + row(table) + ")")
                      .collect(Collectors.joining(", "))));
    }
  }

  /**
   * Changes some of the tables: inserts, deletes, updates, moves of keys, all of a key, all rows.
   */
  void change() {
    ground.forgetChanges();
    for (String table : TABLES) {
      if (random.nextInt(5) < 3) {
        change(table);
      }
    }
    if (random.nextInt(3) == 0) {
      change(MEMBERS);
    }
  }

  private void change(String table) {
    String names = names(table);
    List<String> signed = new ArrayList<>();
    signed.add("SELECT %s, 0 AS _weight FROM staging.%s".formatted(names, table));
    for (int i = 0; i < random.nextInt(4); i++) {
      signed.add(
          "SELECT %s, 1 FROM (VALUES (%s)) v(%s)".formatted(casts(table), row(table), names));
    }
    if (random.nextInt(3) > 0) {
      String which =
          random.nextInt(12) == 0
              ? "true"
              : random.nextInt(4) == 0
                  ? "k IS NOT DISTINCT FROM " + key()
                  : "hash(rowid, %d) %% 5 = 0".formatted(random.nextInt());
      signed.add("SELECT %s, -1 FROM staging.%s WHERE %s".formatted(names, table, which));
      if (random.nextBoolean()) {
        signed.add(
            "SELECT * REPLACE (%s AS k, %s), 1 FROM staging.%s WHERE %s"
                .formatted(
                    random.nextBoolean() ? "k" : key() + "::INTEGER",
                    changed(table),
                    table,
                    which));
      }
    }
    ground.change(table, names, String.join(" UNION ALL ", signed));
  }

  /** Another column than the key, as it is or changed. */
  private String changed(String table) {
    boolean same = random.nextBoolean();
    return table.equals(MEMBERS)
        ? (same ? "g" : instant() + "::TIMESTAMPTZ") + (same ? " AS g" : " AS valid_to")
        : (same ? "v" : decimal() + "::DECIMAL(12,2)") + " AS v";
  }

  private static List<String> columns(String table) {
    return table.equals(MEMBERS) ? MEMBER : ROW;
  }

  private static String names(String table) {
    return columns(table).stream()
        .map(c -> c.substring(0, c.indexOf(' ')))
        .collect(Collectors.joining(", "));
  }

  private static String casts(String table) {
    return columns(table).stream()
        .map(c -> c.split(" ", 2))
        .map(c -> "%1$s::%2$s AS %1$s".formatted(c[0], c[1]))
        .collect(Collectors.joining(", "));
  }

  private String row(String table) {
    return table.equals(MEMBERS) ? member() : row();
  }

  /** A member of a dimension; its validity may be empty, and overlap another's. */
  private String member() {
    return String.join(
        ", ",
        maybe(Integer.toString(random.nextInt(-2, 9))),
        key(),
        text(),
        instant(),
        instant(),
        maybe(random.nextBoolean() ? "true" : "false"));
  }

  private String row() {
    return String.join(
        ", ",
        maybe(Integer.toString(random.nextInt(6))),
        key(),
        text(),
        decimal(),
        maybe("(" + random.nextInt(-8, 8) + " / 4.0)::DOUBLE"),
        maybe("DATE '2026-01-0" + (1 + random.nextInt(5)) + "'"),
        instant());
  }

  private String text() {
    return maybe("'" + List.of("x", "y", "", "xy").get(random.nextInt(4)) + "'");
  }

  private String instant() {
    return maybe("TIMESTAMPTZ '2026-01-0" + (1 + random.nextInt(9)) + " 00:00:00+00'");
  }

  private String key() {
    return maybe(Integer.toString(random.nextInt(5)));
  }

  private String decimal() {
    return maybe(random.nextInt(-3, 5) + "." + (random.nextBoolean() ? "50" : "25"));
  }

  private String maybe(String value) {
    return random.nextInt(6) == 0 ? "NULL" : value;
  }
}
