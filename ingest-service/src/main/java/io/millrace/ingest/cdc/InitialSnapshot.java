package io.millrace.ingest.cdc;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceEvent.Change;
import io.millrace.ingest.SourceEvent.End;
import io.millrace.ingest.SourceEvent.Op;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All rows of the captured tables as they were at the consistent point of a new slot: shapes and
 * openings of all tables first, then their rows, then one End at that point. Rows are fetched as
 * they are asked for. Used by one thread; closed by the reader.
 */
final class InitialSnapshot implements AutoCloseable {
  private static final int FETCH_ROWS = 5_000;
  private static final long COUNTED_ROWS_MAX = 100_000;

  private final Database database;
  private final Connection connection;
  private final LogPosition point;
  private final Deque<SourceEvent> first = new ArrayDeque<>();
  private final Deque<TableRows> remaining = new ArrayDeque<>();
  private final long expectedRows;
  private long rows;
  private boolean ended;

  private InitialSnapshot(
      Database database, Connection connection, LogPosition point, List<CapturedTable> tables)
      throws SQLException {
    this.database = database;
    this.connection = connection;
    this.point = point;
    for (CapturedTable table : tables) {
      first.add(new SourceEvent.Shape(table.declared().resource(), table.schema()));
      first.add(new SourceEvent.Opening(table.declared().resource(), point.committedAt()));
      remaining.add(new TableRows(table));
    }
    this.expectedRows = expectedRows(tables);
  }

  /**
   * Makes the slot anew and imports its snapshot.
   *
   * @param tables as the catalog described them just now; refused if it says otherwise since
   * @param plain an ordinary connection, not kept
   */
  static InitialSnapshot begin(
      Database database,
      ReplicationSlot slot,
      TableCatalog catalog,
      List<CapturedTable> tables,
      Connection plain) {
    Connection connection = database.openUnlimited();
    try {
      Instant committedBefore = now(plain);
      try (ReplicationSlot.Exported exported = slot.create()) {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
          statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
          statement.execute("SET TRANSACTION SNAPSHOT " + Sql.text(exported.snapshot()));
          for (CapturedTable table : tables) {
            statement.execute(
                "LOCK TABLE " + Sql.table(table.declared()) + " IN ACCESS SHARE MODE");
          }
        }
        // Rewriting a table or truncating it shows even in older snapshots.
        requireUnaltered(database, tables, catalog.read(plain));
        LogPosition point = new LogPosition(exported.consistentPoint(), null, committedBefore);
        return new InitialSnapshot(database, connection, point, tables);
      }
    } catch (SQLException e) {
      closeQuietly(connection, e);
      throw database.failed("beginning a snapshot", e);
    } catch (MillraceException e) {
      closeQuietly(connection, e);
      throw e;
    }
  }

  /** The next event; null after the End. */
  @Nullable SourceEvent next() {
    SourceEvent event = first.poll();
    if (event != null) {
      return event;
    }
    while (!remaining.isEmpty()) {
      TableRows table = remaining.element();
      try {
        Change change = table.next();
        if (change != null) {
          rows++;
          return change;
        }
        table.close();
      } catch (SQLException e) {
        throw table.failed(e);
      }
      remaining.remove();
    }
    if (ended) {
      return null;
    }
    ended = true;
    // Its locks must not outlive the last row by whatever the caller does with the End.
    close();
    return new End(point.json(), point.committedAt());
  }

  LogPosition point() {
    return point;
  }

  long rows() {
    return rows;
  }

  long expectedRows() {
    return expectedRows;
  }

  @Override
  public void close() {
    closeQuietly(connection, null);
  }

  private long expectedRows(List<CapturedTable> tables) throws SQLException {
    long sum = 0;
    try (Statement statement = connection.createStatement()) {
      for (CapturedTable table : tables) {
        if (table.estimatedRows() > COUNTED_ROWS_MAX) {
          sum += table.estimatedRows();
        } else {
          // A table never analysed may be large: the count stops early, as it is for people only.
          try (ResultSet row =
              statement.executeQuery(
                  "SELECT count(*) FROM (SELECT FROM "
                      + Sql.table(table.declared())
                      + " LIMIT "
                      + 10 * COUNTED_ROWS_MAX
                      + ") AS counted")) {
            row.next();
            sum += row.getLong(1);
          }
        }
      }
    }
    return sum;
  }

  private static Instant now(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")) {
      row.next();
      return LogPosition.instant(row.getLong(1));
    }
  }

  private static void requireUnaltered(
      Database database, List<CapturedTable> before, List<CapturedTable> after) {
    for (int i = 0; i < before.size(); i++) {
      if (!before.get(i).withoutEstimate().equals(after.get(i).withoutEstimate())) {
        throw new MillraceException(
            IngestError.ING_020_ALTERED_DURING_SNAPSHOT,
            database.about()
                + ": table "
                + Sql.table(before.get(i).declared())
                + " was altered, rewritten or truncated while a snapshot of it began. The snapshot"
                + " starts again.");
      }
    }
  }

  private static void closeQuietly(Connection connection, @Nullable Exception cause) {
    try {
      connection.close();
    } catch (SQLException e) {
      if (cause != null) {
        cause.addSuppressed(e);
      }
    }
  }

  /** The rows of one table, selected when first asked for. */
  private final class TableRows {
    private final CapturedTable table;
    private final List<SnapshotColumn> columns;
    private final int[] keyPlaces;
    private @Nullable Statement statement;
    private @Nullable ResultSet result;

    TableRows(CapturedTable table) {
      this.table = table;
      this.columns = table.columns().stream().map(SnapshotColumn::of).toList();
      List<String> names = columns.stream().map(SnapshotColumn::name).toList();
      this.keyPlaces = table.key().stream().mapToInt(names::indexOf).toArray();
    }

    @Nullable Change next() throws SQLException {
      ResultSet rows = result;
      if (rows == null) {
        Statement opened = connection.createStatement();
        statement = opened;
        opened.setFetchSize(FETCH_ROWS);
        rows = opened.executeQuery(select());
        result = rows;
      }
      if (!rows.next()) {
        return null;
      }
      @Nullable Object[] after = new @Nullable Object[columns.size()];
      for (int i = 0; i < after.length; i++) {
        after[i] = columns.get(i).read(rows, i + 1, database, table);
      }
      @Nullable Object[] key = new @Nullable Object[keyPlaces.length];
      for (int i = 0; i < key.length; i++) {
        key[i] = after[keyPlaces[i]];
      }
      return new Change(
          table.declared().resource(),
          Op.READ,
          key,
          null,
          after,
          point.committedAt(),
          point.lsnText(),
          null);
    }

    private String select() {
      List<String> expressions =
          IntStream.range(0, columns.size()).mapToObj(i -> columns.get(i).sql()).toList();
      return "SELECT " + String.join(", ", expressions) + " FROM " + Sql.table(table.declared());
    }

    void close() throws SQLException {
      if (statement != null) {
        statement.close();
      }
    }

    MillraceException failed(SQLException e) {
      if (Database.stateOf(e).equals("22003")) {
        return new MillraceException(
            IngestError.ING_013_VALUE_OUT_OF_RANGE,
            database.about()
                + ": table "
                + Sql.table(table.declared())
                + " holds a time behind the year 294246, which no column here can hold. Correct"
                + " the row, then take a new snapshot of the source.",
            e);
      }
      return database.failed("reading all rows of " + Sql.table(table.declared()), e);
    }
  }
}
