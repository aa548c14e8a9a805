package io.millrace.ingest.cdc;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.NullUnmarked;
import org.postgresql.PGConnection;

/**
 * Writers whose transactions overlap on two tables: single rows, many rows at one LSN, COPY,
 * changed keys, savepoints rolled back, whole transactions rolled back. A trigger writes what
 * really happened into table history.
 */
@NullUnmarked
final class Workload {
  private static final int KEYS = 60;

  private static final String[] SCHEMA = {
    "CREATE TABLE items (id int PRIMARY KEY, v text)",
    "CREATE TABLE notes (id int PRIMARY KEY, v text, n numeric)",
    "CREATE TABLE unseen (id bigserial PRIMARY KEY, v text)",
    """
    CREATE TABLE history (
      seq bigserial PRIMARY KEY, xid bigint, resource text, op text, id int, v text)
    """,
    """
    CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      x bigint := pg_current_xact_id()::text::bigint & 4294967295;
    BEGIN
      IF TG_OP = 'UPDATE' AND OLD.id = NEW.id THEN
        INSERT INTO history (xid, resource, op, id, v) VALUES (x, TG_TABLE_NAME, 'u', NEW.id, NEW.v);
      ELSE
        IF TG_OP <> 'INSERT' THEN
          INSERT INTO history (xid, resource, op, id) VALUES (x, TG_TABLE_NAME, 'd', OLD.id);
        END IF;
        IF TG_OP <> 'DELETE' THEN
          INSERT INTO history (xid, resource, op, id, v)
          VALUES (x, TG_TABLE_NAME, 'c', NEW.id, NEW.v);
        END IF;
      END IF;
      RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON items"
        + " FOR EACH ROW EXECUTE FUNCTION remember()",
    "CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON notes"
        + " FOR EACH ROW EXECUTE FUNCTION remember()",
  };

  private final TestDatabase database;
  private final ExecutorService writers;
  private final List<Future<?>> running = new ArrayList<>();
  private volatile boolean stopping;

  private Workload(TestDatabase database, int count, long seed) {
    this.database = database;
    this.writers = Executors.newFixedThreadPool(count);
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      running.add(writers.submit(() -> write(random)));
    }
  }

  static void createTables(TestDatabase database) throws SQLException {
    database.run(SCHEMA);
    database.capture("items", "notes");
  }

  static Workload start(TestDatabase database, int writers, long seed) {
    return new Workload(database, writers, seed);
  }

  private Void write(Random random) throws SQLException, IOException {
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      while (!stopping) {
        try {
          transaction(connection, random);
        } catch (SQLException e) {
          connection.rollback();
          // Deadlocks and duplicate keys are part of the game.
          if (!e.getSQLState().startsWith("40") && !e.getSQLState().equals("23505")) {
            throw e;
          }
        }
      }
    }
    return null;
  }

  private void transaction(Connection connection, Random random) throws SQLException, IOException {
    int steps = 1 + random.nextInt(5);
    for (int i = 0; i < steps; i++) {
      step(connection, random);
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(3_000)));
    }
    if (random.nextInt(12) == 0) {
      connection.rollback();
    } else {
      connection.commit();
    }
  }

  private void step(Connection connection, Random random) throws SQLException, IOException {
    String table = random.nextBoolean() ? "items" : "notes";
    int id = random.nextInt(KEYS);
    String v = Sql.text("v" + random.nextInt(1_000_000));
    switch (random.nextInt(10)) {
      case 0, 1, 2 ->
          run(
              connection,
              "INSERT INTO %s (id, v) VALUES (%d, %s) ON CONFLICT (id) DO UPDATE SET v = excluded.v"
                  .formatted(table, id, v));
      case 3 -> run(connection, "UPDATE %s SET v = %s WHERE id >= %d".formatted(table, v, id));
      case 4 -> run(connection, "DELETE FROM %s WHERE id %% 7 = %d".formatted(table, id % 7));
      case 5 ->
          run(
              connection,
              "INSERT INTO %s (id, v) SELECT g, %s FROM generate_series(%d, %d) g ON CONFLICT DO NOTHING"
                  .formatted(table, v, id, id + 30));
      case 6 ->
          run(
              connection,
              "UPDATE %s SET id = id + 100000 + %d WHERE id = %d"
                  .formatted(table, random.nextInt(1_000_000), id));
      case 7 -> copy(connection, table, 200_000 + random.nextInt(1_000_000_000), random);
      case 8 -> {
        Savepoint savepoint = connection.setSavepoint();
        run(connection, "UPDATE %s SET v = 'never' WHERE id = %d".formatted(table, id));
        connection.rollback(savepoint);
      }
      default -> run(connection, "INSERT INTO unseen (v) VALUES (%s)".formatted(v));
    }
  }

  private static void copy(Connection connection, String table, int from, Random random)
      throws SQLException, IOException {
    StringBuilder rows = new StringBuilder();
    int count = 1 + random.nextInt(80);
    for (int i = 0; i < count; i++) {
      rows.append(from + i).append("\tcopied\n");
    }
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn("COPY " + table + " (id, v) FROM STDIN", new StringReader(rows.toString()));
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Lets all writers end their transactions. */
  void stop() throws Exception {
    stopping = true;
    for (Future<?> writer : running) {
      writer.get(30, TimeUnit.SECONDS);
    }
    writers.close();
  }
}
