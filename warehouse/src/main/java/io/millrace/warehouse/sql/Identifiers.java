package io.millrace.warehouse.sql;

import io.millrace.contracts.TableName;

/** Names in SQL text. */
public final class Identifiers {

  private Identifiers() {}

  /** A name in double quotes. */
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String quote(TableName table) {
    return quote(table.schema()) + "." + quote(table.name());
  }
}
