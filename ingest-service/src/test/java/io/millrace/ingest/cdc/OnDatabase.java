package io.millrace.ingest.cdc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A database of its own for every test, on one PostgreSQL for all tests, which ends with the JVM.
 */
@NullUnmarked
class OnDatabase {
  private static EmbeddedPostgres server;

  TestDatabase database;

  @BeforeEach
  void create() throws Exception {
    database = TestDatabase.create(server());
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  /** A reader of the database as it is captured now. */
  final CdcReader open(String position) {
    return CdcReader.open(
        database.source(), TestDatabase.PASSWORD, position, Duration.ofMillis(200));
  }

  /** Reads all rows; the position behind them. */
  final String snapshot() throws Exception {
    try (CdcReader reader = open(null)) {
      return Events.untilEnd(reader).last().position();
    }
  }

  private static synchronized EmbeddedPostgres server() {
    if (server == null) {
      try {
        server = TestDatabase.startServer();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return server;
  }
}
