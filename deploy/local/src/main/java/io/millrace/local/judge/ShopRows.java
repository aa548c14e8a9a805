package io.millrace.local.judge;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.lake.Sql;
import io.millrace.local.PostgresAddress;
import io.millrace.warehouse.StagingTable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The shop's own rows, copied into DuckDB as they are when they are first asked for. */
final class ShopRows {
  private final PostgresAddress shop;
  private final java.sql.Connection duck;
  private final Path scratch;
  private final Set<String> copied = new HashSet<>();

  ShopRows(PostgresAddress shop, java.sql.Connection duck, Path scratch) {
    this.shop = shop;
    this.duck = duck;
    this.scratch = scratch;
  }

  /** The relation of the database's table that a staging table is made from, with raw columns. */
  String of(StagingTable table) {
    Map<String, String> types = new LinkedHashMap<>();
    for (Column column : table.rawSchema().columns()) {
      types.put(column.name(), column.type().sql());
    }
    return copy("public", table.resource(), types);
  }

  /**
   * The relation of any table.
   *
   * @param types the columns wanted and their types in DuckDB
   */
  String copy(String schema, String table, Map<String, String> types) {
    String relation = Sql.name("shop_" + table);
    if (copied.add(table)) {
      Path csv = scratch.resolve(table + ".csv");
      write(
          "COPY (SELECT %s FROM %s.%s) TO STDOUT (FORMAT csv, HEADER)"
              .formatted(Sql.names(types.keySet()), Sql.name(schema), Sql.name(table)),
          csv);
      Sql.run(
          duck,
          "CREATE TEMP TABLE %s AS FROM read_csv(%s, header = true, quote = '\"', allow_quoted_nulls = false, columns = {%s})"
              .formatted(relation, Sql.text(csv.toString()), struct(types)));
    }
    return relation;
  }

  /** Names and types as DuckDB's readers take them. */
  static String struct(Map<String, String> types) {
    List<String> fields =
        types.entrySet().stream()
            .map(e -> Sql.text(e.getKey()) + ": " + Sql.text(e.getValue()))
            .toList();
    return fields.stream().collect(Collectors.joining(", "));
  }

  private void write(String copy, Path csv) {
    try (java.sql.Connection source =
            DriverManager.getConnection(shop.jdbcUrl(), shop.user(), shop.password());
        OutputStream out = Files.newOutputStream(csv)) {
      var _ = source.unwrap(org.postgresql.PGConnection.class).getCopyAPI().copyOut(copy, out);
    } catch (SQLException e) {
      throw new MillraceException(
          LocalError.LOC_008_SHOP_REFUSED,
          "The demo shop at " + shop + " did not give its rows to the judge: see the cause.",
          e);
    } catch (IOException e) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE, "The file " + csv + " cannot be written.", e);
    }
  }
}
