package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.WarehouseFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The history rule against a plain model of it, on random histories: late, tied, NULL, deleted,
 * returned.
 */
class VersionedMembersTest {
  private static final RowSchema RAW =
      new RowSchema(
          List.of(
              new Column("id", Simple.BIGINT, false),
              new Column("segment", Simple.VARCHAR, true),
              new Column("phone", Simple.VARCHAR, true),
              new Column("updated_at", Simple.TIMESTAMPTZ, true)),
          List.of("id"));

  @TempDir Path folder;
  private DuckDb duckDb;
  private Connection duck;
  private Dimension dimension;
  private InputRows rows;
  private VersionedMembers members;

  @BeforeEach
  void open() throws IOException {
    write("warehouse.yml", "name: t\nlake: lake\n");
    write(
        "sources/s.yml",
        "kind: cdc\n"
            + "engine: postgres\n"
            + "host: h\n"
            + "port: 1\n"
            + "database: d\n"
            + "user: u\n"
            + "password: ${env:P}\n"
            + "tables: [public.c]\n");
    write(
        "staging/c.sql",
        "CREATE STAGING TABLE staging.c KEYS (id) AS SELECT id, segment, phone, updated_at FROM"
            + " raw.s.c");
    write(
        "dimensions/c.sql",
        "CREATE DIMENSION dim.c KEYS (id) SEQUENCE BY updated_at STORED AS SCD TYPE 2 TRACK HISTORY"
            + " ON (segment) SURROGATE KEY sk APPLY AS DELETE CLOSE AS SELECT id, segment, phone,"
            + " updated_at FROM staging.c");
    dimension =
        WarehouseFolder.read(
                folder,
                (source, resource) -> Optional.of(RAW),
                new WarehouseFolder.Reading(Map.of("P", "p"), false))
            .orThrow()
            .dimensions()
            .getFirst();
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
    rows = new InputRows(duck, dimension);
    members = new VersionedMembers(duck, dimension);
    Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(dimension));
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  /** A change of one key: a state, or with a null time a delete. */
  private record Change(
      long id, @Nullable Long time, @Nullable String segment, @Nullable String phone) {}

  private void apply(long committedAt, Change... changes) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE z (id BIGINT, segment VARCHAR, phone VARCHAR, updated_at"
            + " TIMESTAMPTZ, _weight INTEGER)");
    for (Change c : changes) {
      Long time = c.time();
      Sql.run(
          duck,
          "INSERT INTO z VALUES (%d, %s, %s, %s, %d)"
              .formatted(
                  c.id(),
                  text(c.segment()),
                  text(c.phone()),
                  time == null ? "NULL" : "make_timestamptz(" + time * 1_000_000 + ")",
                  time == null ? -1 : 1));
    }
    rows.from("z", new InputRows.Moment(Instant.ofEpochSecond(committedAt), false));
    members.apply("dim");
    KeyCollisions.refuse(duck, dimension, "dim");
    Sql.run(duck, "DELETE FROM dim USING " + InputRows.KEYS + " k WHERE dim.id = k.id AND sk > 0");
    Sql.run(duck, "INSERT INTO dim BY NAME FROM " + Members.WANTED);
  }

  private static String text(@Nullable String value) {
    return value == null ? "NULL" : Sql.text(value);
  }

  /**
   * Rows of a key as {@code segment/phone [from, to)}, in seconds; {@code *} marks the current one.
   */
  private List<String> history(long id) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement s = duck.createStatement();
        ResultSet r =
            s.executeQuery(
                "SELECT segment, phone, epoch_us(valid_from), epoch_us(valid_to), is_current FROM"
                    + " dim WHERE sk > 0 AND id = "
                    + id
                    + " ORDER BY valid_from")) {
      while (r.next()) {
        found.add(
            show(r.getString(1), r.getString(2), r.getLong(3), r.getLong(4))
                + (r.getBoolean(5) ? "*" : ""));
      }
    }
    return found;
  }

  private static final long OPEN =
      Instant.parse("9999-12-31T00:00:00Z").getEpochSecond() * 1_000_000;

  private static String show(@Nullable String segment, @Nullable String phone, long from, long to) {
    return segment + "/" + phone + " [" + from + ", " + (to == OPEN ? "open" : to) + ")";
  }

  @Test
  void splitsTheIntervalThatALateChangeFallsInto() throws SQLException {
    apply(10, new Change(1, 10L, "a", "x"));
    apply(30, new Change(1, 30L, "c", "x"));
    apply(31, new Change(1, 20L, "b", "x"));
    assertThat(history(1))
        .containsExactly(
            show("a", "x", 10_000_000, 20_000_000),
            show("b", "x", 20_000_000, 30_000_000),
            show("c", "x", 30_000_000, OPEN) + "*");
  }

  @Test
  void updatesUntrackedColumnsInPlaceAndSeesNullBecomeAValue() throws SQLException {
    apply(10, new Change(1, 10L, null, "x"));
    apply(20, new Change(1, 20L, null, "y"));
    apply(30, new Change(1, 30L, "a", "y"));
    assertThat(history(1))
        .containsExactly(
            show(null, "y", 10_000_000, 30_000_000), show("a", "y", 30_000_000, OPEN) + "*");
  }

  @Test
  void closesADeletedKeyAndOpensAGapWhenItReturns() throws SQLException {
    apply(10, new Change(1, 10L, "a", "x"));
    apply(20, new Change(1, null, null, null));
    assertThat(history(1)).containsExactly(show("a", "x", 10_000_000, 20_000_000));
    apply(40, new Change(1, 40L, "a", "x"));
    assertThat(history(1))
        .containsExactly(
            show("a", "x", 10_000_000, 20_000_000), show("a", "x", 40_000_000, OPEN) + "*");
  }

  @Test
  void doesNotReviveADeletedKeyByALateChange() throws SQLException {
    apply(10, new Change(1, 10L, "a", "x"));
    apply(30, new Change(1, null, null, null));
    apply(31, new Change(1, 20L, "b", "x"));
    assertThat(history(1))
        .containsExactly(
            show("a", "x", 10_000_000, 20_000_000), show("b", "x", 20_000_000, 30_000_000));
  }

  @Test
  void replacesAVersionInPlaceAtTheSameTimeAndKeepsItsKey() throws SQLException {
    apply(10, new Change(1, 10L, "a", "x"));
    long key = Sql.number(duck, "SELECT sk FROM dim WHERE id = 1 AND sk > 0");
    apply(11, new Change(1, 10L, "b", "x"));
    assertThat(history(1)).containsExactly(show("b", "x", 10_000_000, OPEN) + "*");
    assertThat(Sql.number(duck, "SELECT sk FROM dim WHERE id = 1 AND sk > 0")).isEqualTo(key);
    assertThat(key).isPositive();
  }

  @Test
  void leavesDefaultMembersAlone() {
    apply(10, new Change(-1, 10L, "a", "x"));
    apply(20, new Change(-1, null, null, null));
    assertThat(
            Sql.number(duck, "SELECT count(*) FROM dim WHERE sk BETWEEN -4 AND -1 AND is_current"))
        .isEqualTo(4);
  }

  @RepeatedTest(8)
  void agreesWithThePlainModelOnRandomHistories() throws SQLException {
    long seed = Clock.systemUTC().millis() * 31 + System.nanoTime();
    Random random = new Random(seed);
    Map<Long, Model> models = new TreeMap<>();
    for (int step = 1; step <= 25; step++) {
      List<Change> changes = new ArrayList<>();
      for (long id = 1; id <= 4; id++) {
        Model model = models.computeIfAbsent(id, i -> new Model());
        if (random.nextInt(3) == 0) {
          continue;
        }
        if (random.nextInt(5) == 0 && model.live) {
          changes.add(new Change(id, null, null, null));
          model.delete(step * 10L);
        } else {
          long time = random.nextInt(3) == 0 ? random.nextInt(step * 10) : step * 10L;
          String segment = pick(random, "a", "b", null);
          String phone = pick(random, "x", "y", null);
          changes.add(new Change(id, time, segment, phone));
          model.put(time, segment, phone);
        }
      }
      apply(step * 10L, changes.toArray(Change[]::new));
      for (Map.Entry<Long, Model> entry : models.entrySet()) {
        assertThat(history(entry.getKey()))
            .as("key %d at step %d, seed %d", entry.getKey(), step, seed)
            .containsExactlyElementsOf(entry.getValue().show());
      }
    }
  }

  private static @Nullable String pick(Random random, @Nullable String... values) {
    return values[random.nextInt(values.length)];
  }

  /** A key's history as a sorted map of events; a null segment array is an end. */
  private static final class Model {
    private final TreeMap<Long, Optional<String[]>> events = new TreeMap<>();
    private boolean live;

    void put(long second, @Nullable String segment, @Nullable String phone) {
      events.put(second * 1_000_000, Optional.of(new String[] {segment, phone}));
      live = true;
      tidy();
    }

    void delete(long second) {
      long newest =
          events.entrySet().stream()
              .filter(e -> e.getValue().isPresent())
              .mapToLong(Map.Entry::getKey)
              .max()
              .orElse(Long.MIN_VALUE);
      events.put(Math.max(second * 1_000_000, newest + 1), Optional.empty());
      live = false;
      tidy();
    }

    /** Two states alike in a row are one, which begins with the first and looks like the last. */
    private void tidy() {
      String[] before = null;
      for (Map.Entry<Long, Optional<String[]>> event : List.copyOf(events.entrySet())) {
        String[] state = event.getValue().orElse(null);
        if (before == null && state == null) {
          events.remove(event.getKey());
        } else if (before != null && state != null && Objects.equals(before[0], state[0])) {
          before[1] = state[1];
          events.remove(event.getKey());
          continue;
        }
        before = state;
      }
    }

    List<String> show() {
      List<String> shown = new ArrayList<>();
      for (Map.Entry<Long, Optional<String[]>> event : events.entrySet()) {
        if (event.getValue().isPresent()) {
          Long next = events.higherKey(event.getKey());
          String[] state = event.getValue().get();
          shown.add(
              VersionedMembersTest.show(
                      state[0], state[1], event.getKey(), next == null ? OPEN : next)
                  + (next == null ? "*" : ""));
        }
      }
      return shown;
    }
  }

  /** No two natural keys are known that collide, so another key's row is given the same. */
  @Test
  void refusesASurrogateKeyThatAnotherMemberHas() {
    apply(10, new Change(1, 5L, "A", "1"), new Change(2, 5L, "B", "2"));
    Sql.run(duck, "UPDATE dim SET id = 3 WHERE id = 2");
    assertThatThrownBy(() -> apply(20, new Change(2, 5L, "B", "2")))
        .hasMessageStartingWith("DIM-001 ")
        .hasMessageContaining("dim.c");
    apply(30, new Change(1, 7L, "C", "1"));
  }

  @Test
  void refusesASurrogateKeyTwiceInOneStep() {
    apply(10, new Change(1, 5L, "A", "1"));
    Sql.run(duck, "INSERT INTO " + Members.WANTED + " FROM " + Members.WANTED);
    assertThatThrownBy(() -> KeyCollisions.refuse(duck, dimension, "dim"))
        .hasMessageStartingWith("DIM-001 ");
  }
}
