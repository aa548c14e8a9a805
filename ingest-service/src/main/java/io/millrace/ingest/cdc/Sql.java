package io.millrace.ingest.cdc;

import io.millrace.warehouse.source.CdcSource.CdcTable;

/** Names and texts as PostgreSQL reads them. */
final class Sql {
  private Sql() {}

  static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String table(CdcTable table) {
    return name(table.schema()) + "." + name(table.table());
  }

  static String text(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
