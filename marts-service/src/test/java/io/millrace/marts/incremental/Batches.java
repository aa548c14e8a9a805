package io.millrace.marts.incremental;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random rows and batches of changes for tables a, b and c; NULL in every column. */
final class Batches {
  static final List<String> TABLES = List.of("a", "b", "c");
  private static final String COLUMNS = "id, k, g, v, x, d, t";

  private final Random random;
  private final Ground ground;

  Batches(Random random, Ground ground) {
    this.random = random;
    this.ground = ground;
  }

  void createTables() {
    for (String table : TABLES) {
      ground.run(
          "CREATE OR REPLACE TABLE staging.%s (id BIGINT, k INTEGER, g VARCHAR, v DECIMAL(12,2), x DOUBLE, d DATE, t TIMESTAMPTZ)"
              .formatted(table));
      int rows = random.nextInt(8) == 0 ? 0 : 2 + random.nextInt(12);
      for (int i = 0; i < rows; i++) {
        ground.run("INSERT INTO staging.%s VALUES (%s)".formatted(table, row()));
      }
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
  }

  private void change(String table) {
    List<String> signed = new ArrayList<>();
    signed.add("SELECT %s, 0 AS _weight FROM staging.%s".formatted(COLUMNS, table));
    for (int i = 0; i < random.nextInt(4); i++) {
      signed.add("SELECT %s, 1 FROM (VALUES (%s)) v(%s)".formatted(casts(), row(), COLUMNS));
    }
    if (random.nextInt(3) > 0) {
      String which =
          random.nextInt(12) == 0
              ? "true"
              : random.nextInt(4) == 0
                  ? "k IS NOT DISTINCT FROM " + key()
                  : "hash(rowid, %d) %% 5 = 0".formatted(random.nextInt());
      signed.add("SELECT %s, -1 FROM staging.%s WHERE %s".formatted(COLUMNS, table, which));
      if (random.nextBoolean()) {
        signed.add(
            "SELECT id, %s AS k, g, %s AS v, x, d, t, 1 FROM staging.%s WHERE %s"
                .formatted(
                    random.nextBoolean() ? "k" : key() + "::INTEGER",
                    random.nextBoolean() ? "v" : decimal() + "::DECIMAL(12,2)",
                    table,
                    which));
      }
    }
    ground.change(table, COLUMNS, String.join(" UNION ALL ", signed));
  }

  private static String casts() {
    return "id::BIGINT AS id, k::INTEGER AS k, g::VARCHAR AS g, v::DECIMAL(12,2) AS v, x::DOUBLE AS"
        + " x, d::DATE AS d, t::TIMESTAMPTZ AS t";
  }

  private String row() {
    return String.join(
        ", ",
        maybe(Integer.toString(random.nextInt(6))),
        key(),
        maybe("'" + List.of("x", "y", "", "xy").get(random.nextInt(4)) + "'"),
        decimal(),
        maybe("(" + random.nextInt(-8, 8) + " / 4.0)::DOUBLE"),
        maybe("DATE '2026-01-0" + (1 + random.nextInt(5)) + "'"),
        maybe("TIMESTAMPTZ '2026-01-0" + (1 + random.nextInt(9)) + " 00:00:00+00'"));
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
