package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The columns of a dimension change while it holds random histories: its input gets the column
 * phone, or its statement loses it.
 */
class EvolutionTest {
  private static final int KEYS = 200;
  private static final String VERSIONS =
      "SELECT sk, id, valid_from, valid_to, is_current, segment FROM dim ORDER BY sk";
  private static final List<Column> PHONE = List.of(new Column("phone", Simple.VARCHAR, true));

  @TempDir Path folder;
  private DuckDb duckDb;
  private Connection duck;
  private final TreeMap<Long, Change> staged = new TreeMap<>();
  private long committedAt;

  @BeforeEach
  void open() {
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  private Dimension without(String clauses) {
    return Statements.dimensions(
            folder, clauses + " TRACK HISTORY ON (segment)", "id, segment, updated_at")
        .getFirst();
  }

  private Dimension with(String clauses) {
    return Statements.dimensions(
            folder,
            clauses + " TRACK HISTORY ON (segment, phone)",
            "id, segment, phone, updated_at")
        .getFirst();
  }

  /** Random histories in table {@code dim}; {@link #staged} is what the input then holds. */
  private void fill(Dimension dimension) {
    long seed = ChainPropertyTest.seed();
    TreeMap<Long, KeyedModel> models = new TreeMap<>();
    for (long key = 1; key <= KEYS; key++) {
      models.put(key, new KeyedModel(Rules.of(dimension.scdType())));
    }
    Histories histories = new Histories(new Random(seed), models);
    Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(dimension));
    for (int cut = 0; cut < 8; cut++) {
      List<Change> changes = histories.next();
      for (Change change : changes) {
        if (change.state() == null) {
          staged.remove(change.key());
        } else {
          staged.put(change.key(), change);
        }
      }
      committedAt = histories.committedAt();
      Engine.keyed(duck, dimension).take(changes, committedAt, "dim");
    }
    assertThat(staged).as("seed %d", seed).isNotEmpty();
  }

  /** The version of the input that fills the column phone of all its rows. */
  private void takeColumn(Dimension dimension, List<Column> brought) {
    Engine engine = Engine.keyed(duck, dimension);
    List<Change> all = List.copyOf(staged.values());
    engine.fill("z", all);
    Sql.run(
        duck,
        "INSERT INTO z SELECT * REPLACE (NULL AS phone, -1 AS _weight) FROM z WHERE phone IS NOT"
            + " NULL");
    ((KeyedEvents) engine.events())
        .take(
            "z",
            new InputRows.Moment(at(committedAt + 1_000_000), false),
            brought,
            Optional.empty());
    engine.wanted("dim");
    engine.put("dim");
  }

  private static Instant at(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private List<String> rows(String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet r = statement.executeQuery(query)) {
      while (r.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
          row.add(String.valueOf(r.getObject(i)));
        }
        rows.add(String.join(" ", row));
      }
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "STORED AS SCD TYPE 2 SEQUENCE BY updated_at",
        "STORED AS SCD TYPE 2 SEQUENCE BY (updated_at, segment)",
        "STORED AS SCD TYPE 2",
        "STORED AS SCD TYPE 6 SEQUENCE BY updated_at",
        "STORED AS SCD TYPE 7",
        "STORED AS SCD TYPE 2 SEQUENCE BY updated_at APPLY AS DELETE WHEN (op = 'd') CLOSE",
        "STORED AS SCD TYPE 2 APPLY AS DELETE WHEN (op = 'd') CLOSE",
        "STORED AS SCD TYPE 6 SEQUENCE BY updated_at APPLY AS DELETE WHEN (op = 'd') FLAG",
        "STORED AS SCD TYPE 7 SEQUENCE BY updated_at APPLY AS DELETE WHEN (op = 'd') FLAG"
      })
  void aColumnThatTheInputGetsMakesNoVersion(String clauses) throws SQLException {
    fill(without(clauses));
    List<String> before = rows(VERSIONS);
    Dimension dimension = with(clauses);
    Sql.run(duck, "ALTER TABLE dim ADD COLUMN phone VARCHAR");
    if (clauses.contains("TYPE 6")) {
      Sql.run(duck, "ALTER TABLE dim ADD COLUMN current_phone VARCHAR");
    }
    takeColumn(dimension, PHONE);
    assertThat(rows(VERSIONS)).isEqualTo(before);
    String shown =
        dimension.sequenceBy().isEmpty()
            ? "is_current"
            : "valid_from <= updated_at AND updated_at < valid_to";
    Map<Long, String> expected = new TreeMap<>();
    staged.forEach((key, change) -> expected.put(key, String.valueOf(phone(change))));
    assertThat(rows("SELECT id, phone FROM dim WHERE sk > 0 AND phone IS NOT NULL AND " + shown))
        .as("phones at their place")
        .isNotEmpty()
        .allSatisfy(
            row -> assertThat(row).isEqualTo(row.split(" ", 2)[0] + " " + expected.get(key(row))));
    if (dimension.sequenceBy().size() < 2) { // of a tie the dimension may show another state
      long filled =
          staged.values().stream()
              .filter(c -> phone(c) != null)
              .filter(c -> !(c.marked() && dimension.deletes().marked()))
              .count();
      assertThat(rows("SELECT count(*) FROM dim WHERE phone IS NOT NULL AND sk > 0"))
          .containsExactly(String.valueOf(filled));
    }
    assertThat(before).as("without the rule").isNotEqualTo(versionsWithoutTheRule(dimension));
  }

  private static long key(String row) {
    return Long.parseLong(row.split(" ", 2)[0]);
  }

  private static @Nullable String phone(Change change) {
    return Objects.requireNonNull(change.state()).phone();
  }

  private List<String> versionsWithoutTheRule(Dimension dimension) throws SQLException {
    Sql.run(duck, "UPDATE dim SET phone = NULL WHERE sk > 0");
    takeColumn(dimension, List.of());
    return rows(VERSIONS);
  }

  @Test
  void fromThenOnItsChangesAreVersions() throws SQLException {
    String clauses = "STORED AS SCD TYPE 2 SEQUENCE BY updated_at";
    Dimension first = without(clauses);
    Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(first));
    Change old = Change.put(1, 1_000_000, "a", "x");
    staged.put(1L, old);
    Engine.keyed(duck, first).take(List.of(old), 10, "dim");
    Dimension dimension = with(clauses);
    Sql.run(duck, "ALTER TABLE dim ADD COLUMN phone VARCHAR");
    takeColumn(dimension, PHONE);
    Engine.keyed(duck, dimension).take(List.of(Change.put(1, 2_000_000, "a", "y")), 20, "dim");
    assertThat(rows("SELECT phone, is_current FROM dim WHERE id = 1 ORDER BY valid_from"))
        .containsExactly("x false", "y true");
  }

  /** A name alone does not make it one of those that type 6 adds. */
  @Test
  void whatOnlyLooksLikeACurrentValueStaysToo() {
    String clauses = "STORED AS SCD TYPE 6 SEQUENCE BY updated_at";
    Dimension first =
        Statements.dimensions(folder, clauses, "id, segment, phone AS current_phone, updated_at")
            .getFirst();
    assertThat(first.schema().column("current_segment")).isPresent();
    Dimension dimension =
        Statements.dimensions(
                folder, "STORED AS SCD TYPE 2 SEQUENCE BY updated_at", "id, segment, updated_at")
            .getFirst()
            .keeping(first.schema());
    assertThat(dimension.kept()).containsExactly("current_phone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"STORED AS SCD TYPE 2", "STORED AS SCD TYPE 1"})
  void whatTheStatementLosesStaysInTheVersionsThatHadIt(String clauses) throws SQLException {
    boolean versions = clauses.contains("2");
    String sequence = clauses + " SEQUENCE BY updated_at";
    Dimension first =
        Statements.dimensions(folder, sequence, "id, segment, phone, updated_at").getFirst();
    Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(first));
    Engine.keyed(duck, first)
        .take(
            List.of(Change.put(1, 1_000_000, "a", "x"), Change.put(2, 1_000_000, "a", "z")),
            10,
            "dim");
    Dimension dimension =
        Statements.dimensions(folder, sequence, "id, segment, updated_at")
            .getFirst()
            .keeping(first.schema());
    assertThat(dimension.kept()).containsExactly("phone");
    Engine.keyed(duck, dimension)
        .take(
            List.of(
                Change.put(1, 2_000_000, "b", "?"),
                Change.put(2, 2_000_000, "a", "?"),
                Change.put(3, 2_000_000, "c", "?")),
            20,
            "dim");
    assertThat(rows("SELECT id, segment, phone FROM dim WHERE sk > 0 ORDER BY id, valid_from"))
        .containsExactlyElementsOf(
            versions
                ? List.of("1 a x", "1 b null", "2 a z", "3 c null")
                : List.of("1 b x", "2 a z", "3 c null"));
  }
}
