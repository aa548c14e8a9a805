package io.millrace.ingest.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ingest.SourceEvent.Change;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to captured tables that the log does not tell of. */
@NullUnmarked
class CdcWatchIT extends OnDatabase {
  private static final String KEYS = "ALTER TABLE t DROP CONSTRAINT t_pkey";

  @ParameterizedTest
  @ValueSource(
      strings = {
        KEYS + ", ADD PRIMARY KEY (id, region)",
        KEYS + ", ADD PRIMARY KEY (region)",
        "ALTER TABLE t RENAME id TO number"
      })
  void readsATableAnewThatHasAnotherKey(String statement) throws Exception {
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, region text NOT NULL)",
        "INSERT INTO t VALUES (1, 'eu')");
    database.capture("t");
    String position = snapshot();
    try (CdcReader reader = open(position)) {
      Events.untilEnd(reader);
      database.run(statement);
      seen(reader);
    }
    seen(position);
  }

  @Test
  void readsATableAnewWithTheFirstRowUnderAnotherKey() throws Exception {
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, region text NOT NULL)",
        "INSERT INTO t VALUES (1, 'eu')");
    database.capture("t");
    try (CdcReader reader = open(snapshot())) {
      Events.untilEnd(reader);
      database.run(KEYS + ", ADD PRIMARY KEY (id, region)", "INSERT INTO t VALUES (1, 'us')");
      seen(reader);
    }
  }

  @Test
  void stopsAtATableThatLostItsKey() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY)");
    database.capture("t");
    try (CdcReader reader = open(snapshot())) {
      Events.untilEnd(reader);
      database.run(KEYS);
      assertThatThrownBy(() -> Events.until(reader, Change.class::isInstance))
          .hasMessageStartingWith("ING-006")
          .hasMessageContaining("ADD PRIMARY KEY");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE t REPLICA IDENTITY USING INDEX other",
        "ALTER TABLE t REPLICA IDENTITY NOTHING"
      })
  void stopsAtAnotherReplicaIdentity(String statement) throws Exception {
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, o int NOT NULL)",
        "CREATE UNIQUE INDEX other ON t (o)");
    database.capture("t");
    try (CdcReader reader = open(snapshot())) {
      Events.untilEnd(reader);
      database.run(statement);
      assertThatThrownBy(() -> Events.until(reader, Change.class::isInstance))
          .hasMessageStartingWith("ING-010");
    }
  }

  @Test
  void readsAnewWhenResourcesAreOtherTables() throws Exception {
    database.run("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY)");
    database.capture(List.of(new CdcTable("a", "public", "a"), new CdcTable("b", "public", "b")));
    String position = snapshot();
    database.capture(List.of(new CdcTable("a", "public", "b"), new CdcTable("b", "public", "a")));
    seen(position);
    database.capture(List.of(new CdcTable("a", "public", "a"), new CdcTable("c", "public", "b")));
    seen(position);
    database.capture("a");
    open(position).close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE t ATTACH PARTITION p3 FOR VALUES FROM (200) TO (300)",
        "ALTER TABLE t DETACH PARTITION p1",
        "DROP TABLE p1",
        "TRUNCATE p1",
        "BEGIN; CREATE TABLE p4 (LIKE t); INSERT INTO p4 VALUES (301, 'x');"
            + " ALTER TABLE t ATTACH PARTITION p4 FOR VALUES FROM (300) TO (400); COMMIT",
        "BEGIN; ALTER TABLE t DETACH PARTITION p1; INSERT INTO p1 VALUES (2, 'b');"
            + " ALTER TABLE t ATTACH PARTITION p1 FOR VALUES FROM (0) TO (100); COMMIT"
      })
  void readsATableAnewWhosePartitionsCameOrWentWithRows(String statements) throws Exception {
    partitioned();
    String position = snapshot();
    try (CdcReader reader = open(position)) {
      Events.untilEnd(reader);
      database.run(statements);
      seen(reader);
    }
    seen(position);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE t ADD COLUMN d int DEFAULT 7",
        "ALTER TABLE t ADD COLUMN d float8 DEFAULT random()",
        "ALTER TABLE t ADD COLUMN d int GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE t ALTER v TYPE text USING upper(v)",
        "ALTER TABLE t ALTER v TYPE varchar(1)"
      })
  void readsATableAnewWhoseRowsGotOtherValuesByAlterTable(String statement) throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'a')");
    database.capture("t");
    String position = snapshot();
    try (CdcReader reader = open(position)) {
      Events.untilEnd(reader);
      database.run(statement);
      seen(reader);
    }
    seen(position);
    open(snapshot()).close();
  }

  @Test
  void readsATableAnewWhosePartitionsGotADefault() throws Exception {
    partitioned();
    String position = snapshot();
    database.run("ALTER TABLE t ADD COLUMN d int DEFAULT 7");
    seen(position);
  }

  @Test
  void goesOnWithATableThatGotNoOtherValues() throws Exception {
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, v varchar(9), w int)",
        "ALTER TABLE t ADD COLUMN d int DEFAULT 7",
        "INSERT INTO t VALUES (1, 'a')");
    database.capture("t");
    String position = snapshot();
    database.run(
        "ALTER TABLE t ADD COLUMN e int",
        "ALTER TABLE t ALTER e SET DEFAULT 8",
        "ALTER TABLE t ALTER v TYPE text",
        "ALTER TABLE t RENAME w TO x",
        "ALTER TABLE t DROP COLUMN x");
    try (CdcReader reader = open(position)) {
      Events.untilEnd(reader);
      database.run("INSERT INTO t (id) VALUES (2)");
      position = Events.untilChanges(reader, 1).last().position();
    }
    database.run("ALTER TABLE t DROP COLUMN d");
    open(position).close();
  }

  @Test
  void goesOnWithATableThatVacuumRewrites() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
    database.capture("t");
    String position = snapshot();
    database.run("VACUUM FULL t", "ANALYZE t");
    open(position).close();
  }

  private void partitioned() throws Exception {
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
        "CREATE TABLE p1 PARTITION OF t FOR VALUES FROM (0) TO (100)",
        "INSERT INTO t VALUES (1, 'a')",
        "CREATE TABLE p3 (id int PRIMARY KEY, v text)",
        "INSERT INTO p3 VALUES (201, 'c')");
    database.capture("t");
  }

  @Test
  void goesOnWithPartitionsThatCameEmpty() throws Exception {
    partitioned();
    String position = snapshot();
    try (CdcReader reader = open(position)) {
      Events.untilEnd(reader);
      database.run(
          "CREATE TABLE p2 PARTITION OF t FOR VALUES FROM (100) TO (200)",
          "INSERT INTO t VALUES (101, 'first')",
          "CREATE TABLE p4 (LIKE t)",
          "ALTER TABLE t ATTACH PARTITION p4 FOR VALUES FROM (300) TO (400)",
          "INSERT INTO t VALUES (301, 'second')");
      database.transaction(
          "CREATE TABLE p5 PARTITION OF t FOR VALUES FROM (400) TO (500) PARTITION BY RANGE (id)",
          "CREATE TABLE p51 PARTITION OF p5 FOR VALUES FROM (400) TO (450)",
          "INSERT INTO t VALUES (401, 'third')");
      assertThat(Events.untilChanges(reader, 3).lines())
          .containsExactly("t c [101, first]", "t c [301, second]", "t c [401, third]");
      database.run("INSERT INTO t VALUES (402, 'fourth')");
      assertThat(Events.untilChanges(reader, 1).changes()).hasSize(1);
    }
    String later;
    try (CdcReader reader = open(position)) {
      later = Events.untilChanges(reader, 4).last().position();
    }
    database.run("DROP TABLE p51");
    seen(later);
  }

  private void seen(CdcReader reader) {
    assertThatThrownBy(() -> Events.until(reader, Change.class::isInstance))
        .hasMessageStartingWith("ING-022");
  }

  private void seen(String position) {
    assertThatThrownBy(() -> open(position).close()).hasMessageStartingWith("ING-022");
  }
}
