package io.millrace.warehouse.sql;

import io.millrace.contracts.TableName;

/** Names in SQL text. */
final class Identifiers {

  private Identifiers() {}

  static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String quote(TableName table) {
    return quote(table.schema()) + "." + quote(table.name());
  }
}
