package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a mirror notes of itself beside its rows, in the same transaction: whose rows they are, of
 * which version, in which columns. By that it is taken up again after a restart, if its instance
 * keeps anything. One row in a table of its own, so that mirrors never wait for one another.
 */
final class MirrorRecord {
  private final String relation;
  private final Optional<String> record;

  private MirrorRecord(String relation, Optional<String> record) {
    this.relation = relation;
    this.record = record;
  }

  /**
   * What was noted.
   *
   * @param tableId the Delta table's
   * @param columns {@link TableLayout#fingerprint}
   */
  record Noted(String tableId, long version, String columns) {}

  /** The record of a mirror's relation. */
  static MirrorRecord of(Connection duck, String relation) {
    long keeps =
        Sql.number(
            duck,
            "SELECT count(*) FROM duckdb_schemas() WHERE database_name = current_database() AND"
                + " schema_name = "
                + Sql.text(DuckDb.KEPT_SCHEMA));
    return new MirrorRecord(
        relation,
        keeps == 0
            ? Optional.empty()
            : Optional.of(Sql.name(DuckDb.KEPT_SCHEMA) + "." + Sql.name(key(relation))));
  }

  private static String key(String relation) {
    List<String> parts = Sql.parts(relation);
    return (parts.size() == 1 ? "main." : "") + String.join(".", parts);
  }

  /** What was noted before a restart; empty when there is nothing to take up. */
  Optional<Noted> read(Connection duck) {
    if (record.isEmpty() || !isThere(duck)) {
      return Optional.empty();
    }
    return Sql.query(
        duck,
        "SELECT table_id, version, columns FROM " + record.get(),
        rows ->
            rows.next()
                ? Optional.of(new Noted(rows.getString(1), rows.getLong(2), rows.getString(3)))
                : Optional.empty());
  }

  private boolean isThere(Connection duck) {
    String key = Sql.text(key(relation));
    return Sql.number(
            duck,
            Text.of(
                """
                SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database()
                AND ((schema_name = %s AND table_name = %s) OR schema_name || '.' || table_name = %s)
                """,
                Sql.text(DuckDb.KEPT_SCHEMA), key, key))
        == 2;
  }

  /** Forgets what was noted, before rows are loaded that it does not speak of. */
  void clear(Connection duck) {
    record.ifPresent(r ->
        Sql.run(
            duck,
            "CREATE OR REPLACE TABLE "
                + r
                + " (table_id VARCHAR, version BIGINT, columns VARCHAR)"));
  }

  /** Notes whose rows they are, after {@link #clear}. */
  void begin(Connection duck, Noted noted) {
    record.ifPresent(r ->
        Sql.run(
            duck,
            Text.of(
                "INSERT INTO %s VALUES (%s, %d, %s)",
                r, Sql.text(noted.tableId()), noted.version(), Sql.text(noted.columns()))));
  }

  /** Notes that the rows are those of another version. */
  void follow(Connection duck, long version) {
    record.ifPresent(r -> Sql.run(duck, "UPDATE " + r + " SET version = " + version));
  }

  /**
   * Leaves nothing but mirrors in a file that was just opened, each of them read from end to end: a
   * damaged block shows by DuckDB's checksum of it.
   *
   * @throws MillraceException when the file cannot be read or is not one of ours
   */
  static void dropAllButMirrors(Connection duck) {
    List<List<String>> tables = named(duck, "duckdb_tables()", "table_name");
    Set<String> records =
        tables.stream()
            .filter(t -> t.getFirst().equals(DuckDb.KEPT_SCHEMA))
            .map(List::getLast)
            .collect(Collectors.toSet());
    long schema =
        Sql.number(
            duck,
            "SELECT count(*) FROM duckdb_schemas() WHERE database_name = current_database() AND"
                + " schema_name = "
                + Sql.text(DuckDb.KEPT_SCHEMA));
    if (schema == 0) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "the file of local state holds no mirrors.");
    }
    for (List<String> view : named(duck, "duckdb_views()", "view_name")) {
      Sql.run(duck, "DROP VIEW " + quoted(view));
    }
    for (List<String> table : tables) {
      boolean kept = table.getFirst().equals(DuckDb.KEPT_SCHEMA);
      if (kept || records.contains(String.join(".", table))) {
        readThrough(duck, table);
      } else {
        Sql.run(duck, "DROP TABLE " + quoted(table));
      }
    }
  }

  /** Drops the mirrors of all tables but these, with what they noted. */
  static void dropAllButThoseOf(Connection duck, Collection<TableName> kept) {
    Set<String> keys = kept.stream().map(TableName::toString).collect(Collectors.toSet());
    for (List<String> table : named(duck, "duckdb_tables()", "table_name")) {
      boolean record = table.getFirst().equals(DuckDb.KEPT_SCHEMA);
      if (!keys.contains(record ? table.getLast() : String.join(".", table))) {
        Sql.run(duck, "DROP TABLE " + quoted(table));
      }
    }
  }

  private static void readThrough(Connection duck, List<String> table) {
    String columns =
        Sql.query(
            duck,
            "SELECT column_name FROM (DESCRIBE " + quoted(table) + ")",
            rows -> {
              List<String> names = new ArrayList<>();
              while (rows.next()) {
                names.add(Sql.name(rows.getString(1)));
              }
              return String.join(", ", names);
            });
    var _ =
        Sql.number(
            duck,
            Text.of("SELECT coalesce(bit_xor(hash(%s)), 0) %% 2 FROM %s", columns, quoted(table)));
  }

  private static List<List<String>> named(Connection duck, String catalog, String nameColumn) {
    return Sql.query(
        duck,
        Text.of(
            "SELECT schema_name, %s FROM %s WHERE database_name = current_database() AND NOT"
                + " internal",
            nameColumn, catalog),
        rows -> {
          List<List<String>> names = new ArrayList<>();
          while (rows.next()) {
            names.add(List.of(rows.getString(1), rows.getString(2)));
          }
          return names;
        });
  }

  private static String quoted(List<String> parts) {
    return parts.stream().map(Sql::name).collect(Collectors.joining("."));
  }
}
