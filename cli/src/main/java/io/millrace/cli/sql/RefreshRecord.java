package io.millrace.cli.sql;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of {@code marts._refresh_history}, which the marts service appends every ten seconds.
 * Predictions are NaN where there were none, texts empty.
 *
 * @param millis what all of it took, the commit included
 * @param strategyMillis what finding the changes took; NaN in tables of older releases
 */
public record RefreshRecord(
    long cut,
    String startedAt,
    long millis,
    double strategyMillis,
    String strategy,
    String choice,
    double predictedFullMillis,
    double predictedIncrementalMillis,
    String outcome,
    long inserted,
    long updated,
    long deleted,
    String error) {
  private static final TableName HISTORY = new TableName("marts", "_refresh_history");
  private static final String VIEW = "refresh_history";

  /** Whether there was something to choose from. */
  public boolean predicts() {
    return !Double.isNaN(predictedFullMillis) && !Double.isNaN(predictedIncrementalMillis);
  }

  /** The newest of a table, the newest first; none while there is no history. */
  public static List<RefreshRecord> newest(Lake lake, TableName table, int limit) {
    if (!lake.exists(HISTORY)) {
      return List.of();
    }
    DeltaTable history = lake.open(HISTORY);
    try (DuckDb duckDb = DuckDb.sandbox(lake.root(), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      var _ = history.history().createView(duck, history.version(), VIEW);
      return read(duck, table, limit, history.schema().column("strategy_ms").isPresent());
    } catch (SQLException e) {
      throw new MillraceException(
          CliError.CLI_002_FILE_UNUSABLE,
          "the refresh history in " + lake.root() + " cannot be read. The cause says why.",
          e);
    }
  }

  private static List<RefreshRecord> read(
      Connection duck, TableName table, int limit, boolean hasStrategyMillis) throws SQLException {
    List<RefreshRecord> records = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT cut, strftime(started_at, '%%Y-%%m-%%dT%%H:%%M:%%SZ'), duration_ms, %s,
                       coalesce(strategy, ''), coalesce(reason_code, ''),
                       coalesce(predicted_full_ms, 'nan'), coalesce(predicted_incremental_ms, 'nan'),
                       coalesce(outcome, ''), rows_inserted, rows_updated, rows_deleted,
                       coalesce(error, '')
                FROM %s WHERE table_name = %s ORDER BY started_at DESC LIMIT %d
                """
                    .formatted(
                        hasStrategyMillis ? "coalesce(strategy_ms, 'nan')" : "'nan'::DOUBLE",
                        VIEW,
                        Sql.text(table.toString()),
                        limit))) {
      while (row.next()) {
        records.add(
            new RefreshRecord(
                row.getLong(1),
                row.getString(2),
                row.getLong(3),
                row.getDouble(4),
                row.getString(5),
                row.getString(6),
                row.getDouble(7),
                row.getDouble(8),
                row.getString(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                row.getString(13)));
      }
    }
    return records;
  }
}
