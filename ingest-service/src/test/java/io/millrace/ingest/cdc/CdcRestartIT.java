package io.millrace.ingest.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceEvent.Change;
import io.millrace.ingest.SourceEvent.End;
import io.millrace.ingest.SourceEvent.Opening;
import io.millrace.ingest.SourceEvent.Shape;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Nothing is lost and nothing comes twice, wherever the reader dies. */
@NullUnmarked
class CdcRestartIT extends OnDatabase {
  private static final int LIVES = 7;

  @Test
  void goesOnBehindEveryTransactionAlone() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.capture("t");
    String position = snapshot();
    database.run("INSERT INTO t SELECT g, 'many rows, one LSN' FROM generate_series(1, 100) g");
    database.transaction("INSERT INTO t VALUES (101, 'a')", "UPDATE t SET v = 'b' WHERE id = 101");
    database.run("DELETE FROM t WHERE id <= 2", "INSERT INTO t VALUES (102, 'last')");
    List<String> lines = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      try (CdcReader reader = open(position)) {
        Events events = Events.untilChanges(reader, 1);
        assertThat(events.all().getFirst()).isInstanceOf(Shape.class);
        lines.addAll(events.lines());
        sizes.add(events.changes().size());
        position = events.last().position();
      }
    }
    assertThat(sizes).containsExactly(100, 2, 2, 1);
    assertThat(lines.subList(99, 105))
        .containsExactly(
            "t c [100, many rows, one LSN]",
            "t c [101, a]",
            "t u [101, b]",
            "t d [1]",
            "t d [2]",
            "t c [102, last]");
  }

  /** Memory that runs out, a class that is missing: on Debezium's threads, not on ours. */
  @ParameterizedTest
  @ValueSource(strings = {"transforms", "converters"})
  void anErrorOnAThreadOfDebeziumEndsTheReaderAloud(String part) throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.capture("t");
    String position = snapshot();
    database.run("INSERT INTO t VALUES (1, 'a')");
    String type = (part.equals("transforms") ? "transforms." : "") + "dying.type";
    database.with(Map.of(part, "dying", type, DyingPart.class.getName()));
    Database dying = new Database(database.source(), TestDatabase.PASSWORD);
    List<CapturedTable> tables;
    try (Connection connection = database.connect()) {
      tables = new TableCatalog(dying).read(connection);
    }
    long deadline = System.nanoTime() + Events.LIMIT.toNanos();
    try (LogStream stream = new LogStream(dying, tables, LogPosition.parse(position))) {
      assertThatThrownBy(
              () -> {
                while (System.nanoTime() < deadline) {
                  var _ = stream.poll(Duration.ofMillis(200));
                }
              })
          .hasMessageStartingWith("ING-016")
          .rootCause()
          .isInstanceOf(Error.class)
          .hasMessageStartingWith("of a ");
    }
  }

  @Test
  void readsTheSameTransactionAgainUntilItsEndIsKept() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.capture("t");
    String position = snapshot();
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      rows.append(i).append("\tcopied\n");
    }
    try (Connection connection = database.connect()) {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("COPY t FROM STDIN", new StringReader(rows.toString()));
    }
    for (int stopAt : new int[] {1, 4_711, 9_999}) {
      try (CdcReader reader = open(position)) {
        int[] seen = {0};
        Events.until(reader, e -> e instanceof Change && ++seen[0] == stopAt);
      }
    }
    try (CdcReader reader = open(position)) {
      Events events = Events.untilChanges(reader, 1);
      assertThat(events.changes()).hasSize(10_000);
      assertThat(events.changes().getLast().transaction().totalOrder()).isEqualTo(10_000);
    }
  }

  /** The row of the second transaction lies exactly where the first one's commit ends. */
  @Test
  void keepsTransactionsThatOverlapTheKeptOne() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.capture("t");
    String position = snapshot();
    try (Connection slow = database.connect();
        Connection quick = database.connect()) {
      slow.setAutoCommit(false);
      for (int i = 0; i < 20; i++) {
        execute(slow, "INSERT INTO t VALUES (" + (1000 + i) + ", 'slow')");
        execute(quick, "INSERT INTO t VALUES (" + i + ", 'quick')");
      }
      execute(slow, "UPDATE t SET v = 'slow again' WHERE id = 1019");
      slow.commit();
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      try (CdcReader reader = open(position)) {
        Events events = Events.untilChanges(reader, 1);
        lines.addAll(events.lines());
        position = events.last().position();
      }
    }
    assertThat(lines).hasSize(41).doesNotHaveDuplicates();
    assertThat(lines.get(19)).isEqualTo("t c [19, quick]");
    assertThat(lines.get(20)).isEqualTo("t c [1000, slow]");
    assertThat(lines.getLast()).isEqualTo("t u [1019, slow again]");
  }

  @Test
  void yieldsEveryTransactionOnceUnderRandomDeaths() throws Exception {
    long seed = Long.getLong("millrace.seed", new Random().nextLong());
    try {
      Workload.createTables(database);
      List<SourceEvent> kept = liveAndDie(seed);
      compare(kept);
    } catch (AssertionError | Exception e) {
      throw new AssertionError("with -Dmillrace.seed=" + seed, e);
    }
  }

  private List<SourceEvent> liveAndDie(long seed) throws Exception {
    Random random = new Random(seed);
    List<SourceEvent> kept = new ArrayList<>();
    String position = null;
    Workload workload = Workload.start(database, 4, seed);
    try {
      for (int life = 0; life < LIVES; life++) {
        try (CdcReader reader = open(position)) {
          List<SourceEvent> seen = read(reader, random);
          int keep = keptLength(seen, random);
          if (keep > 0) {
            kept.addAll(seen.subList(0, keep));
            position = ((End) seen.get(keep - 1)).position();
            if (random.nextBoolean()) {
              reader.confirm(position);
              Events.until(reader, e -> random.nextInt(300) == 0);
            }
          }
          if (random.nextInt(3) == 0) {
            database.admin(
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active");
          }
        }
      }
    } finally {
      workload.stop();
    }
    String flushed = database.ask("SELECT pg_current_wal_lsn()");
    long last = LogPosition.parseLsn(flushed);
    try (CdcReader reader = open(position)) {
      kept.addAll(
          Events.until(
                  reader,
                  e -> e instanceof End end && LogPosition.parse(end.position()).lsn() > last)
              .all());
    }
    return kept;
  }

  private static List<SourceEvent> read(CdcReader reader, Random random)
      throws InterruptedException {
    List<SourceEvent> seen = new ArrayList<>();
    int count = 1 + random.nextInt(6_000);
    long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
    while (seen.size() < count && System.nanoTime() < until) {
      SourceEvent event = reader.poll(Duration.ofMillis(50));
      if (event != null) {
        seen.add(event);
      }
    }
    return seen;
  }

  /** How much the test keeps: up to one of the last Ends. */
  private static int keptLength(List<SourceEvent> seen, Random random) {
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < seen.size(); i++) {
      if (seen.get(i) instanceof End) {
        ends.add(i + 1);
      }
    }
    if (ends.isEmpty()) {
      return 0;
    }
    return ends.get(Math.max(0, ends.size() - 1 - random.nextInt(6)));
  }

  private void compare(List<SourceEvent> kept) throws SQLException {
    Map<String, List<String>> expected = new TreeMap<>();
    Map<Long, Integer> sizes = new LinkedHashMap<>();
    Set<Long> inSnapshot = new HashSet<>();
    history(expected, sizes);
    Map<String, List<String>> actual = new TreeMap<>();
    Map<String, String> snapshot = new TreeMap<>();
    Set<Long> ended = new HashSet<>();
    List<Change> open = new ArrayList<>();
    boolean opened = false;
    for (SourceEvent event : kept) {
      switch (event) {
        case Shape _ -> assertThat(open).isEmpty();
        case Opening _ -> opened = true;
        case Change change -> {
          String key = change.resource() + " " + change.key()[0];
          if (change.op() == SourceEvent.Op.READ) {
            snapshot.put(key, (String) change.after()[1]);
          } else {
            open.add(change);
            Object v = change.after() == null ? null : change.after()[1];
            actual
                .computeIfAbsent(key, k -> new ArrayList<>())
                .add(change.op().letter() + " " + v + " in " + xid(change));
          }
        }
        case End _ -> {
          if (!open.isEmpty()) {
            long xid = xid(open.getFirst());
            assertThat(open).allMatch(c -> xid(c) == xid);
            assertThat(ended.add(xid)).as("transaction %s comes once", xid).isTrue();
            assertThat(open).as("transaction %s is whole", xid).hasSize(sizes.get(xid));
            for (int i = 0; i < open.size(); i++) {
              assertThat(open.get(i).transaction().totalOrder()).isEqualTo(i + 1);
            }
          }
          open.clear();
        }
      }
    }
    assertThat(opened).isTrue();
    assertThat(ended).hasSizeGreaterThan(100);
    sizes.keySet().stream().filter(x -> !ended.contains(x)).forEach(inSnapshot::add);
    assertSuffixes(expected, actual, snapshot, inSnapshot);
  }

  /** The snapshot holds each key's state before its first change in the log. */
  private static void assertSuffixes(
      Map<String, List<String>> expected,
      Map<String, List<String>> actual,
      Map<String, String> snapshot,
      Set<Long> inSnapshot) {
    for (Map.Entry<String, List<String>> key : expected.entrySet()) {
      List<String> all = key.getValue();
      List<String> log = actual.getOrDefault(key.getKey(), List.of());
      int before = all.size() - log.size();
      assertThat(before).as("changes of %s", key.getKey()).isNotNegative();
      assertThat(log).as(key.getKey()).isEqualTo(all.subList(before, all.size()));
      assertThat(all.subList(0, before))
          .as("%s before the snapshot", key.getKey())
          .allMatch(c -> inSnapshot.contains(Long.parseLong(c.substring(c.lastIndexOf(' ') + 1))));
      String state = before == 0 ? "d " : all.get(before - 1);
      if (state.startsWith("d ")) {
        assertThat(snapshot).doesNotContainKey(key.getKey());
      } else {
        assertThat(state).startsWith(state.charAt(0) + " " + snapshot.get(key.getKey()) + " in ");
      }
    }
    assertThat(expected.keySet()).containsAll(actual.keySet());
  }

  private void history(Map<String, List<String>> byKey, Map<Long, Integer> sizes)
      throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT xid, resource, op, id, v FROM history ORDER BY seq")) {
      while (row.next()) {
        byKey
            .computeIfAbsent(row.getString(2) + " " + row.getInt(4), k -> new ArrayList<>())
            .add(row.getString(3) + " " + row.getString(5) + " in " + row.getLong(1));
        sizes.merge(row.getLong(1), 1, Integer::sum);
      }
    }
  }

  private static long xid(Change change) {
    String id = change.transaction().id();
    return Long.parseLong(id.substring(0, id.indexOf(':')));
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
