package io.millrace.ingest.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.contracts.error.ErrorCode.Response;
import io.millrace.contracts.error.MillraceException;
import io.millrace.ingest.SourceEvent.Change;
import io.millrace.warehouse.source.CdcSource;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused when a source is opened, and what ends a reader, each with its code. */
@NullUnmarked
class CdcChecksIT extends OnDatabase {
  private MillraceException refused(String code) {
    return refused(code, null);
  }

  private MillraceException refused(String code, String position) {
    return refused(database.source(), TestDatabase.PASSWORD, code, position);
  }

  private static MillraceException refused(
      CdcSource source, String password, String code, String position) {
    MillraceException e =
        catchThrowableOfType(
            MillraceException.class,
            () -> CdcReader.open(source, password, position, Duration.ofMillis(200)).close());
    assertThat(e).isNotNull().hasMessageStartingWith(code);
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    assertThat(text.toString()).doesNotContain(TestDatabase.PASSWORD);
    return e;
  }

  private void table() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'a')");
    database.capture("t");
  }

  @Test
  void refusesAServerThatIsNotThereAndTriesAgain() {
    CdcSource s = database.source();
    CdcSource elsewhere =
        new CdcSource(
            s.name(),
            s.engine(),
            "localhost",
            1,
            s.database(),
            s.user(),
            s.password(),
            s.slot(),
            s.publication(),
            s.tables(),
            s.debezium());
    assertThat(refused(elsewhere, TestDatabase.PASSWORD, "ING-001", null).errorCode().response())
        .isEqualTo(Response.RETRY);
  }

  @Test
  void refusesAUserTheServerDoesNotKnow() throws Exception {
    // The embedded server trusts everyone, so that the user is missing, not the password wrong.
    CdcSource s = database.source();
    CdcSource other =
        new CdcSource(
            s.name(),
            s.engine(),
            s.host(),
            s.port(),
            s.database(),
            "nobody",
            s.password(),
            s.slot(),
            s.publication(),
            s.tables(),
            s.debezium());
    refused(other, TestDatabase.PASSWORD, "ING-002", null);
    CdcSource noDatabase =
        new CdcSource(
            s.name(),
            s.engine(),
            s.host(),
            s.port(),
            "nowhere",
            s.user(),
            s.password(),
            s.slot(),
            s.publication(),
            s.tables(),
            s.debezium());
    refused(noDatabase, TestDatabase.PASSWORD, "ING-002", null);
  }

  @Test
  void refusesAServerThatDoesNotLogEnough() throws Exception {
    try (EmbeddedPostgres plain = EmbeddedPostgres.builder().start();
        TestDatabase other = TestDatabase.create(plain)) {
      other.run("CREATE TABLE t (id int PRIMARY KEY)");
      other.capture("t");
      assertThat(refused(other.source(), TestDatabase.PASSWORD, "ING-003", null))
          .hasMessageContaining("ALTER SYSTEM SET wal_level = 'logical';");
    }
  }

  @Test
  void refusesAUserWhoMayNotReplicate() throws Exception {
    table();
    database.admin("ALTER ROLE " + database.name() + " NOREPLICATION");
    assertThat(refused("ING-004"))
        .hasMessageContaining("ALTER ROLE \"" + database.name() + "\" REPLICATION;");
  }

  @Test
  void refusesTablesThatAreMissingOrHaveNoKey() throws Exception {
    database.run("CREATE TABLE t (id int)");
    database.capture("nothere");
    refused("ING-005");
    database.capture("t");
    assertThat(refused("ING-006"))
        .hasMessageContaining("ALTER TABLE \"public\".\"t\" ADD PRIMARY KEY");
  }

  @Test
  void refusesTablesTheUserMayNotRead() throws Exception {
    table();
    database.run("REVOKE SELECT ON t FROM " + database.name());
    assertThat(refused("ING-007"))
        .hasMessageContaining("GRANT SELECT ON \"public\".\"t\" TO \"" + database.name() + "\";");
  }

  @Test
  void refusesTablesOfWhichTheUserSeesOnlySomeRows() throws Exception {
    table();
    database.run(
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE t FORCE ROW LEVEL SECURITY",
        "CREATE POLICY few ON t USING (id > 1)");
    assertThat(refused("ING-007"))
        .hasMessageContaining("row-level security")
        .hasMessageContaining("BYPASSRLS");
  }

  @Test
  void refusesTablesThatOthersInheritFrom() throws Exception {
    table();
    database.run("CREATE TABLE child () INHERITS (t)", "INSERT INTO child VALUES (2, 'b')");
    assertThat(refused("ING-005")).hasMessageContaining("inherit");
  }

  @Test
  void refusesAServerWithoutAFreeSlot() throws Exception {
    try (EmbeddedPostgres small =
            EmbeddedPostgres.builder()
                .setServerConfig("wal_level", "logical")
                .setServerConfig("max_replication_slots", "1")
                .start();
        TestDatabase other = TestDatabase.create(small)) {
      other.run("CREATE TABLE t (id int PRIMARY KEY)");
      other.capture("t");
      other.admin("SELECT pg_create_physical_replication_slot('taken')");
      assertThat(refused(other.source(), TestDatabase.PASSWORD, "ING-008", null))
          .hasMessageContaining("ALTER SYSTEM SET max_replication_slots");
    }
  }

  @Test
  void refusesAPublicationTheUserMayNotMakeAndTakesOneThatIsThere() throws Exception {
    table();
    String publish =
        "CREATE PUBLICATION \"pub_%s\" FOR TABLE \"public\".\"t\"".formatted(database.name());
    String owner = "boss_" + database.name();
    database.admin("CREATE ROLE " + owner, "GRANT " + owner + " TO " + database.name());
    database.run("GRANT CREATE ON SCHEMA public TO " + owner, "ALTER TABLE t OWNER TO " + owner);
    database.admin("REVOKE " + owner + " FROM " + database.name());
    database.superuser("GRANT SELECT ON t TO " + database.name());
    assertThat(refused("ING-009")).hasMessageContaining(publish);
    database.superuser(publish);
    snapshot();
  }

  @Test
  void refusesAReplicaIdentityWithoutTheKey() throws Exception {
    table();
    database.run("ALTER TABLE t REPLICA IDENTITY NOTHING");
    assertThat(refused("ING-010"))
        .hasMessageContaining("ALTER TABLE \"public\".\"t\" REPLICA IDENTITY DEFAULT;");
  }

  @Test
  void refusesAPositionTheServerNoLongerHolds() throws Exception {
    table();
    String position = snapshot();
    String slot = database.source().slot();
    database.admin("SELECT pg_drop_replication_slot('" + slot + "')");
    assertThat(refused("ING-011", position))
        .hasMessageContaining(LogPosition.parse(position).lsnText())
        .hasMessageContaining("does not exist");
    database.run("INSERT INTO t VALUES (2)");
    database.superuser("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
    assertThat(refused("ING-011", position)).hasMessageContaining("created anew");
    LogPosition ahead = new LogPosition(Long.MAX_VALUE / 2, null, LogPosition.instant(0));
    assertThat(refused("ING-011", ahead.json())).hasMessageContaining("another server");
    refused("ING-019", "{\"page\": 7}");
    refused("ING-019", "cursor");
  }

  @Test
  void stopsWhenTheServerRemovedTheLog() throws Exception {
    table();
    String position = snapshot();
    database.admin("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", "SELECT pg_reload_conf()");
    try {
      for (int i = 0; i < 4; i++) {
        database.run(
            "INSERT INTO t SELECT g FROM generate_series("
                + (10 + i * 1000)
                + ","
                + (900 + i * 1000)
                + ") g");
        database.admin("SELECT pg_switch_wal()", "CHECKPOINT");
      }
      assertThat(refused("ING-011", position)).hasMessageContaining("max_slot_wal_keep_size");
    } finally {
      database.admin("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
    }
    // A new snapshot makes the slot anew.
    snapshot();
  }

  @Test
  void refusesATableAddedAfterTheSnapshot() throws Exception {
    table();
    String position = snapshot();
    database.run("CREATE TABLE u (id int PRIMARY KEY)");
    database.capture("t", "u");
    refused("ING-022", position);
    position = snapshot();
    database.capture("t");
    try (CdcReader reader = open(position)) {
      database.run("INSERT INTO u VALUES (1)", "INSERT INTO t VALUES (2, 'b')");
      assertThat(Events.untilChanges(reader, 1).lines()).containsExactly("t c [2, b]");
    }
    database.run("DROP TABLE t", "CREATE TABLE t (id int PRIMARY KEY)");
    refused("ING-022", position);
  }

  /** Nothing in the log says so. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, v text)",
        "ALTER TABLE t RENAME TO old; CREATE TABLE t (id int PRIMARY KEY, v text)",
        "ALTER PUBLICATION \"pub_%s\" SET (publish = 'insert')"
      })
  void seesThatATableIsNoLongerPublishedWhileItReads(String statements) throws Exception {
    table();
    database.run("CREATE TABLE u (id int PRIMARY KEY)");
    database.capture("t", "u");
    try (CdcReader reader = open(null)) {
      Events.untilEnd(reader);
      Events.untilEnd(reader);
      database.run(statements.formatted(database.name()).split("; "));
      MillraceException lost =
          catchThrowableOfType(
              MillraceException.class, () -> Events.until(reader, e -> e instanceof Change));
      assertThat(lost).isNotNull().hasMessageStartingWith("ING-022");
      assertThat(lost.errorCode().response()).isEqualTo(Response.RETRY);
    }
  }

  /** What was published narrowly for a while may be lost, and is published whole from then on. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET TABLE t (id)",
        "SET TABLE t WHERE (id > 5)",
        "SET (publish = 'insert, update')",
        "SET (publish_via_partition_root = false)"
      })
  void refusesAPublicationThatLeavesSomethingOut(String narrowed) throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.run("CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY LIST (id)");
    database.run("CREATE TABLE p1 PARTITION OF p DEFAULT");
    boolean whole = narrowed.contains("TABLE");
    database.capture(whole ? "t" : "p");
    String position = snapshot();
    database.run("ALTER PUBLICATION \"pub_" + database.name() + "\" " + narrowed);
    refused("ING-022", position);
    position = snapshot();
    String table = whole ? "t" : "p";
    try (CdcReader reader = open(position)) {
      database.run("INSERT INTO " + table + " VALUES (2, 'b')", "DELETE FROM " + table);
      assertThat(Events.untilChanges(reader, 2).lines())
          .containsExactly(table + " c [2, b]", table + " d [2]");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "snapshot.mode", "slot.name", "publication.autocreate.mode", "offset.storage",
        "provide.transaction.metadata", "database.password", "converters", "transforms",
        "decimal.handling.mode", "table.exclude.list", "skipped.operations", "lsn.flush.mode"
      })
  void refusesPropertiesThatCarryCorrectness(String property) throws Exception {
    table();
    database.with(Map.of(property, "x"));
    assertThat(refused("ING-014")).hasMessageContaining(property);
  }

  @Test
  void passesOtherPropertiesOn() throws Exception {
    table();
    database.with(Map.of("max.batch.size", "7", "database.sslmode", "disable"));
    try (CdcReader reader = open(snapshot())) {
      database.run("INSERT INTO t SELECT g FROM generate_series(2, 50) g");
      assertThat(Events.untilChanges(reader, 49).changes()).hasSize(49);
    }
  }

  @Test
  void takesItsSlotFromAReaderThatLivesOn() throws Exception {
    table();
    CdcReader zombie = open(null);
    String position = Events.untilEnd(zombie).last().position();
    Events.untilEnd(zombie);
    try (CdcReader reader = open(position)) {
      database.run("INSERT INTO t VALUES (2, 'b')");
      assertThat(Events.untilChanges(reader, 1).lines()).containsExactly("t c [2, b]");
      MillraceException lost =
          catchThrowableOfType(MillraceException.class, () -> Events.untilChanges(zombie, 1));
      assertThat(lost).hasMessageStartingWith("ING-015");
      assertThat(lost.errorCode().response()).isEqualTo(Response.RETRY);
    } finally {
      zombie.close();
    }
  }

  @Test
  void triesAgainWhenTheServerGoesAway() throws Exception {
    EmbeddedPostgres own = TestDatabase.startServer();
    TestDatabase other = TestDatabase.create(own);
    other.run("CREATE TABLE t (id int PRIMARY KEY)");
    other.capture("t");
    try (CdcReader reader =
        CdcReader.open(other.source(), TestDatabase.PASSWORD, null, Duration.ofMillis(200))) {
      Events.untilEnd(reader);
      Events.untilEnd(reader);
      own.close();
      assertThatThrownBy(() -> Events.until(reader, e -> e instanceof Change))
          .isInstanceOf(MillraceException.class)
          .hasMessageStartingWith("ING-015");
    }
  }

  @Test
  void dropsSlotAndPublication() throws Exception {
    table();
    snapshot();
    CdcReader.dropSlot(database.source(), TestDatabase.PASSWORD);
    CdcReader.dropSlot(database.source(), TestDatabase.PASSWORD);
    assertThat(database.ask("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    assertThat(
            database.ask(
                "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
        .isEqualTo("0");
  }

  @Test
  void doesNotWaitForEverForAnOldTransaction() throws Exception {
    table();
    try (Connection old = database.connect();
        Statement statement = old.createStatement()) {
      old.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (7)");
      Database opened = new Database(database.source(), TestDatabase.PASSWORD);
      assertThatThrownBy(() -> new ReplicationSlot(opened, Duration.ofSeconds(2)).create())
          .hasMessageStartingWith("ING-021")
          .hasMessageContaining("pg_stat_activity");
    }
    assertThat(
            database.ask(
                "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
        .isEqualTo("0");
  }

  @Test
  void readsTablesWithOddNames() throws Exception {
    database.run(
        "CREATE SCHEMA \"My.Schema\"",
        "CREATE TABLE \"My.Schema\".\"a,b 'Q' (x)\" (\"I d\" int PRIMARY KEY, \"v.w\" text)",
        "INSERT INTO \"My.Schema\".\"a,b 'Q' (x)\" VALUES (1, 'a')");
    CdcTable odd = new CdcTable("odd", "My.Schema", "a,b 'Q' (x)");
    database.capture(List.of(odd));
    try (CdcReader reader = open(null)) {
      assertThat(Events.untilEnd(reader).lines()).containsExactly("odd r [1, a]");
      database.run(
          "INSERT INTO \"My.Schema\".\"a,b 'Q' (x)\" VALUES (2, 'b')",
          "TRUNCATE \"My.Schema\".\"a,b 'Q' (x)\"");
      assertThat(Events.untilChanges(reader, 2).lines())
          .containsExactly("odd c [2, b]", "odd t null");
    }
  }
}
