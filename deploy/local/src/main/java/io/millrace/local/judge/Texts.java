package io.millrace.local.judge;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Queries whose answer is one text. */
final class Texts {
  private Texts() {}

  /** The first column of the first row. */
  static String first(Connection duck, String sql) {
    try (Statement statement = duck.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : "";
    } catch (SQLException e) {
      throw new MillraceException(
          LakeError.LK_004_STATEMENT_FAILED, "DuckDB did not execute: " + sql, e);
    }
  }
}
