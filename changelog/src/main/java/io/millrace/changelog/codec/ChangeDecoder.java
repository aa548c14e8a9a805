package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.avro.Schema;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Loads the records of a changelog topic into a temporary table of DuckDB. The columns of a
 * writer's schema are matched to the wanted ones by name, once for each schema id; columns that are
 * not wanted are skipped. A record that is not what its schema says is set aside as a whole.
 *
 * <p>Keeps compiled plans between loads. For one thread at a time; the batches may be taken by
 * threads of DuckDB, one after the other, while the caller waits in the load.
 */
public final class ChangeDecoder {
  private static final String STREAM = "_millrace_records";

  /** The view holds the address of a stream that is no more. */
  private static final String DROP_STREAM = "DROP VIEW IF EXISTS " + quoted(STREAM);

  private final ChangeShape shape;
  private final PlanCache<EnvelopePlan> envelopes;

  private ChangeDecoder(IntFunction<Schema> schemas, ChangeShape shape) {
    this.shape = shape;
    this.envelopes = new PlanCache<>(schemas, shape::compile);
  }

  /**
   * A decoder of raw topics: one row a record. The wanted columns come from the row after the
   * change; for a delete from the row before it, else from the record's key, with NULL in the other
   * columns; for a truncate (op t) all are NULL. They are followed by {@code _op} VARCHAR, {@code
   * _committed_at} TIMESTAMPTZ (NULL if the source does not say), {@code _position} BIGINT (the
   * offset) and {@code _part} INTEGER (the partition).
   *
   * @param schemas the writer's schema of an id, as {@code SchemaRegistry::byId}
   * @param wanted the columns; its key names those that a record's key must have
   * @throws MillraceException CL-009 if a wanted column has one of the added names
   */
  public static ChangeDecoder raw(IntFunction<Schema> schemas, RowSchema wanted, Missing missing) {
    return new ChangeDecoder(schemas, new RawShape(schemas, wanted, missing));
  }

  /**
   * A decoder of table topics: a Z-set, in which a change is its row before with {@code _weight}
   * -1, then its row after with {@code _weight} 1 (INTEGER). The wanted columns are followed by it,
   * {@code _version}, {@code _cut} and {@code _position} (the offset), all BIGINT.
   *
   * @param schemas the writer's schema of an id, as {@code SchemaRegistry::byId}
   * @param wanted the columns
   * @throws MillraceException CL-009 if a wanted column has one of the added names
   */
  public static ChangeDecoder feed(IntFunction<Schema> schemas, RowSchema wanted, Missing missing) {
    return new ChangeDecoder(schemas, new FeedShape(wanted, missing));
  }

  /**
   * Creates or replaces a temporary table with the rows of these records. After an exception the
   * table is as it was.
   *
   * @param duck a connection of DuckDB
   * @param table the temporary table's name, without quotes
   * @param allocator lends the memory of a few batches of at most 32,768 rows
   * @param batches lists of records, none of which is kept
   * @throws MillraceException CL-007 or CL-008 if a writer's schema lacks a wanted column or
   *     retypes it; CL-012 if DuckDB fails; whatever {@code schemas} and {@code batches} throw
   */
  public Loaded load(
      Connection duck,
      String table,
      BufferAllocator allocator,
      Iterator<List<WireRecord>> batches) {
    return run(
        duck,
        "CREATE OR REPLACE TEMP TABLE " + quoted(table) + " AS FROM " + quoted(STREAM),
        allocator,
        batches);
  }

  /** Adds the rows of these records to a table that {@link #load} has created. */
  public Loaded append(
      Connection duck,
      String table,
      BufferAllocator allocator,
      Iterator<List<WireRecord>> batches) {
    return run(
        duck, "INSERT INTO " + quoted(table) + " FROM " + quoted(STREAM), allocator, batches);
  }

  private Loaded run(
      Connection duck, String sql, BufferAllocator allocator, Iterator<List<WireRecord>> batches) {
    shape.beginLoad();
    envelopes.beginLoad();
    ChangeReader reader = new ChangeReader(allocator, shape, envelopes, batches);
    try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
        Statement statement = duck.createStatement();
        Statement after = duck.createStatement()) {
      Data.exportArrayStream(allocator, reader, stream);
      try {
        duck.unwrap(DuckDBConnection.class).registerArrowStream(STREAM, stream);
        statement.execute(sql);
      } catch (SQLException e) {
        dropAfter(e, after);
        throw e;
      } finally {
        stream.release();
      }
      after.execute(DROP_STREAM);
      return reader.loaded();
    } catch (SQLException e) {
      throw failed(reader.failure(), e);
    }
  }

  /** A transaction that the failure ended has taken the view with it, and refuses the drop. */
  private static void dropAfter(SQLException failure, Statement statement) {
    try {
      statement.execute(DROP_STREAM);
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  private static RuntimeException failed(@Nullable Throwable inside, SQLException outside) {
    return switch (inside) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      case null, default ->
          new MillraceException(
              ChangelogError.CL_012_ENGINE_FAILED,
              "DuckDB could not load the changes. Its own words are in the cause.",
              outside);
    };
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
