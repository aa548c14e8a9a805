package io.millrace.lake;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/** Text of DuckDB statements, quoted, and their execution with our errors. */
public final class Sql {
  private static final ScopedValue<Long> DEADLINE_NANOS = ScopedValue.newInstance();
  private static final Pattern PART = Pattern.compile("\"((?:[^\"]|\"\")*)\"|[^.\"\\s]+");
  private static final Pattern KIND =
      Pattern.compile("([A-Z][A-Za-z ]{1,40}) (?:Error|Exception):");

  private Sql() {}

  /** A quoted identifier. */
  public static String name(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** Quoted identifiers, separated by commas. */
  public static String names(Collection<String> identifiers) {
    return identifiers.stream().map(Sql::name).collect(Collectors.joining(", "));
  }

  /** The identifiers of a name that is SQL text, such as {@code "dim"."customer"}, unquoted. */
  static List<String> parts(String relation) {
    List<String> parts = new ArrayList<>();
    Matcher part = PART.matcher(relation);
    while (part.find()) {
      parts.add(part.group(1) == null ? part.group() : part.group(1).replace("\"\"", "\""));
    }
    return parts;
  }

  /** A string literal; DuckDB's parser ends at the character 0, so that is put in by its number. */
  public static String text(String value) {
    String literal = '\'' + value.replace("'", "''") + '\'';
    return value.indexOf('\0') < 0
        ? literal
        : "(" + literal.replace("\0", "' || chr(0) || '") + ")";
  }

  /**
   * Does work whose statements, on this thread, may take so long together. JDBC counts in seconds,
   * so it may be given up a second late.
   *
   * @throws TimeoutException when the limit has passed, in a statement or before it
   */
  public static <T> T within(Duration limit, Supplier<T> work) throws TimeoutException {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    try {
      return ScopedValue.where(DEADLINE_NANOS, deadlineNanos).call(work::get);
    } catch (MillraceException e) {
      if (System.nanoTime() < deadlineNanos) {
        throw e;
      }
      TimeoutException late = new TimeoutException("given up after " + limit);
      late.initCause(e);
      throw late;
    }
  }

  private static Statement statement(Connection duck) throws SQLException {
    Statement statement = duck.createStatement();
    if (DEADLINE_NANOS.isBound()) {
      long left = DEADLINE_NANOS.get() - System.nanoTime();
      if (left <= 0) {
        statement.close();
        throw new SQLTimeoutException("the time for this work has passed");
      }
      statement.setQueryTimeout((int) (1 + left / 1_000_000_000));
    }
    return statement;
  }

  /**
   * Executes one statement.
   *
   * @throws MillraceException LK-004 when DuckDB refuses it
   */
  public static void run(Connection duck, String sql) {
    try (Statement statement = statement(duck)) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /**
   * Executes one INSERT, UPDATE, DELETE or CREATE TABLE AS; how many rows that concerned.
   *
   * @throws MillraceException LK-004 when DuckDB refuses it
   */
  public static long update(Connection duck, String sql) {
    try (Statement statement = statement(duck)) {
      return statement.executeLargeUpdate(sql);
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /**
   * The first column of the first row of a query that returns one, as a number.
   *
   * @throws MillraceException LK-004 when DuckDB refuses it
   */
  public static long number(Connection duck, String sql) {
    return query(
        duck,
        sql,
        rows -> {
          if (!rows.next()) {
            throw new SQLException("the query returned no row");
          }
          return rows.getLong(1);
        });
  }

  /** Executes a query and reads its rows. */
  static <T> T query(Connection duck, String sql, Reading<T> reading) {
    try (Statement statement = statement(duck);
        ResultSet rows = statement.executeQuery(sql)) {
      return reading.read(rows);
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /**
   * Executes a query and reads its rows as Arrow batches.
   *
   * @param batchRows at most about so many rows each
   */
  static void batches(Connection duck, String sql, long batchRows, Batches reading) {
    try (BufferAllocator allocator = new RootAllocator()) {
      batches(duck, sql, allocator, batchRows, reading);
    }
  }

  /**
   * As {@link #batches(Connection, String, long, Batches)}, in memory that this allocator lends.
   */
  static void batches(
      Connection duck, String sql, BufferAllocator allocator, long batchRows, Batches reading) {
    try (Statement statement = statement(duck);
        ResultSet rows = statement.executeQuery(sql);
        ArrowReader reader =
            (ArrowReader)
                rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, batchRows)) {
      reading.read(reader);
    } catch (SQLException e) {
      throw failed(sql, e);
    } catch (IOException e) {
      throw failed(sql, new SQLException("the Arrow stream broke off", e));
    }
  }

  /** The error of a failed statement; DuckDB's own text, which may quote values, is its cause. */
  static MillraceException failed(String sql, SQLException cause) {
    String start = sql.strip().replaceAll("\\s+", " ");
    return new MillraceException(
        LakeError.LK_004_STATEMENT_FAILED,
        "DuckDB did not execute"
            + kind(cause)
            + ": "
            + start.substring(0, Math.min(start.length(), 160))
            + " ... The cause says why; the step is tried again.",
        cause);
  }

  /** What kind of error it is, such as IO or Out of Memory: the words before DuckDB's text. */
  private static String kind(SQLException cause) {
    Matcher kind = KIND.matcher(String.valueOf(cause.getMessage()));
    return kind.lookingAt() ? " (" + kind.group(1) + ")" : "";
  }

  /** Takes the rows of a query as Arrow batches. */
  @FunctionalInterface
  public interface Batches {
    /** Called once; the reader, its batches and their memory are gone after. */
    void read(ArrowReader batches) throws IOException;
  }

  /** Reads the rows of a result. */
  @FunctionalInterface
  interface Reading<T> {
    /** Called once, before the result is closed. */
    T read(ResultSet rows) throws SQLException;
  }
}
