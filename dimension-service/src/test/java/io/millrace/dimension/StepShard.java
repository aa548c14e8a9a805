package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.TestTopics;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.Topics;
import io.millrace.contracts.wire.Cut;
import io.millrace.contracts.wire.Published;
import io.millrace.contracts.wire.PublishedVersion;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DailyVacuum;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.runtime.CutChannel;
import io.millrace.runtime.StatusBoard;
import io.millrace.runtime.TestCutChannel;
import io.millrace.shard.EachTable;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardSurroundings;
import io.millrace.shard.TestPublications;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Settings;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The dimensions of a warehouse in one shard, with a real lake, DuckDB and logs, but no broker: the
 * test writes the inputs, cuts and orders, and says what is announced. Versions go to followers by
 * their change feed.
 */
final class StepShard implements AutoCloseable {
  static final TableName INPUT = TableName.parse("staging.c");
  static final TableName DIMENSION = TableName.parse("dim.c");

  private final DuckDb duckDb;
  private final Connection duck;
  private final Lake lake;
  private final CutChannel cuts;
  private final Map<TableName, DeltaTable> inputs = new HashMap<>();
  private final Map<Integer, Long> statements = new HashMap<>();
  private Shard shard;
  private EachTable work;

  /** The shard of the dimensions in a folder of {@link Statements}; its lake is beside them. */
  StepShard(Path folder) {
    this.duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    this.duck = duckDb.connect();
    this.lake = new Lake(folder.resolve("lake"));
    StatusBoard board = new StatusBoard(new SimpleMeterRegistry());
    this.cuts = TestCutChannel.create(board);
    this.shard = shard(folder, board);
    this.work = open();
  }

  @SuppressWarnings("NullAway") // nothing here asks Kafka, dead letters or Arrow
  private Shard shard(Path folder, StatusBoard board) {
    Warehouse warehouse = toTheFeedAlone(Statements.read(folder));
    return new Shard(
        Service.DIMENSION,
        Map.of(),
        List.<Table>copyOf(warehouse.dimensions()),
        new ShardSurroundings(
            warehouse,
            lake,
            new DailyVacuum(lake, null, (_, _) -> {}),
            duckDb,
            null,
            null,
            TestTopics.create(),
            new SchemaRegistry(URI.create("http://127.0.0.1:1")),
            new Topics("t"),
            cuts,
            TestPublications.create(cuts, warehouse.settings().shards()),
            null,
            board,
            Clock.systemUTC()),
        duck,
        null);
  }

  /** Nothing is put on a topic. */
  private static Warehouse toTheFeedAlone(Warehouse read) {
    Settings settings = read.settings();
    return new Warehouse(
        read.folder(),
        read.name(),
        new Settings(
            settings.topicPrefix(),
            settings.lake(),
            settings.cutInterval(),
            settings.retention(),
            settings.deadLetterRetention(),
            settings.targetLag(),
            settings.shards(),
            -1),
        read.sources(),
        read.tables());
  }

  private EachTable open() {
    return new EachTable(shard, table -> DimensionStep.open(shard, (Dimension) table));
  }

  /** The service dies and is started with the folder as it is now; announcements are kept. */
  void restart(Path folder) {
    Shard before = shard;
    shard = shard(folder, shard.around().board());
    for (TableName table : inputs.keySet()) {
      before
          .around()
          .published()
          .newestAt(table, Long.MAX_VALUE)
          .ifPresent(v ->
              say(
                  table,
                  before.around().published().through(table),
                  new PublishedVersion(
                      table.toString(), v.tableId(), v.after(), v.version(), v.cut(), null)));
    }
    work = open();
  }

  Connection duck() {
    return duck;
  }

  Lake lake() {
    return lake;
  }

  /** The newest cut. */
  long cut() {
    return cuts.log().end() - 1;
  }

  /** Appends a cut of the source, which proves a time; gives its number. */
  long cut(String source, String to) {
    long number = cuts.log().end();
    long previous = cuts.log().last(source).map(FoldedCut::number).orElse(-1L);
    Instant at = Instant.ofEpochSecond(1_000 + number);
    cuts.log().append(number, at, new Cut(source, previous, to, Map.of(), at));
    return number;
  }

  /** Appends an order about dim.c. */
  long order(String more) {
    return cut(
        shard.operator(DIMENSION), "{\"rebuild\":\"dim.c\",\"loseHistory\":false" + more + "}");
  }

  /** An input's next version, of a new cut, has these rows; it is announced. */
  long input(TableName table, String select) {
    long cut = cut("s", "x");
    announce(table, cut, commit(table, cut, select));
    return cut;
  }

  PublishedVersion commit(TableName table, long cut, String select) {
    DeltaTable delta =
        inputs.computeIfAbsent(
            table,
            name ->
                lake.create(
                    name,
                    TableSpec.of(shard.around().warehouse().table(name).orElseThrow().schema()),
                    Watermark.at(-1, "first")));
    delta.refresh();
    Mirror mirror = Mirror.load(duck, delta, "\"written " + table + "\"");
    RowDiff.Changes changes =
        RowDiff.of(delta).into(duck, "changes_of_input", mirror.relation(), "(" + select + ")");
    assertThat(delta.commit(duck, mirror, changes.relation(), Watermark.at(cut, "first")))
        .isInstanceOf(CommitResult.Committed.class);
    return new PublishedVersion(
        table.toString(), delta.id(), delta.version() - 1, delta.version(), cut, null);
  }

  /** An input is dropped, with all that it was. */
  void drop(TableName table) {
    inputs.remove(table);
    var _ = lake.maintenance(table).drop();
  }

  /** Nothing was written: all inputs are right through the newest cut. */
  void reached(TableName... tables) {
    for (TableName table : tables) {
      say(table, cut());
    }
  }

  void announce(TableName table, long through, PublishedVersion... versions) {
    say(table, through, versions);
  }

  private void say(TableName table, long through, PublishedVersion... versions) {
    int number = Service.shardOf(table, shard.around().warehouse().settings().shards());
    long offset = statements.merge(number, 1L, Long::sum) - 1;
    shard
        .around()
        .published()
        .append(
            number,
            offset,
            new Published(Service.of(table).id(), number, through, List.of(), List.of(versions)));
  }

  /** Lets the dimensions go on until they have nothing to do. */
  void run() throws InterruptedException {
    while (work.advance()) {
      // more
    }
  }

  /** The dimension as it is kept. */
  WrittenTable table() {
    return work.tables().getFirst();
  }

  /** The data files of a table. */
  List<Path> files(TableName table) throws IOException {
    try (Stream<Path> files = Files.list(lake.path(table))) {
      return files.filter(f -> f.toString().endsWith(".parquet")).toList();
    }
  }

  /** What the status says of dim.c. */
  Optional<String> error() {
    return Optional.ofNullable(
        Objects.requireNonNull(shard.around().board().tables().get(DIMENSION.toString())).error());
  }

  /** The rows of dim.c in the lake, of members alone. */
  List<String> rows(String columns) throws SQLException {
    DeltaTable delta = lake.open(DIMENSION);
    var _ = delta.history().createView(duck, delta.version(), "shown");
    List<String> rows = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet r =
            statement.executeQuery(
                "SELECT concat_ws(' ', %s) FROM shown WHERE sk > 0 ORDER BY id, valid_from"
                    .formatted(columns))) {
      while (r.next()) {
        rows.add(r.getString(1));
      }
    }
    return rows;
  }

  long number(String sql) {
    return Sql.number(duck, sql);
  }

  @Override
  public void close() throws SQLException {
    work.close();
    lake.close();
    duck.close();
    duckDb.close();
  }
}
