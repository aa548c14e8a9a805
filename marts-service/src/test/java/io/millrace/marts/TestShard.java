package io.millrace.marts;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.published.PublishedLog;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.Topics;
import io.millrace.contracts.wire.Cut;
import io.millrace.contracts.wire.Published;
import io.millrace.contracts.wire.PublishedVersion;
import io.millrace.lake.DailyVacuum;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.runtime.CutChannel;
import io.millrace.runtime.StatusBoard;
import io.millrace.runtime.TestCutChannel;
import io.millrace.shard.PublicationChannel;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardSurroundings;
import io.millrace.shard.TestPublications;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Warehouse;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All dynamic tables of a warehouse in one shard, with a real lake, DuckDB and logs, but no broker:
 * what it would send is appended to the logs by the test, and nothing can be published.
 */
final class TestShard implements AutoCloseable {
  private final DuckDb duckDb;
  private final Connection duck;
  private final Lake lake;
  private final Shard shard;
  private final Map<Integer, Long> statements = new HashMap<>();

  TestShard(Warehouse warehouse, Path directory) {
    this(warehouse, directory, warehouse.dynamicTables());
  }

  /** Keeps some of the tables: others are kept elsewhere. */
  TestShard(Warehouse warehouse, Path directory, List<DynamicTable> kept) {
    this.duckDb = DuckDb.inMemory(directory.resolve("spill"), DuckDb.Limits.small());
    this.duck = duckDb.connect();
    this.lake = new Lake(directory.resolve("lake"));
    this.shard = shard(warehouse, kept);
  }

  @SuppressWarnings("NullAway") // nothing here asks Kafka, dead letters or Arrow
  private Shard shard(Warehouse warehouse, List<DynamicTable> kept) {
    StatusBoard board = new StatusBoard(new SimpleMeterRegistry());
    CutChannel cuts = TestCutChannel.create(board);
    PublicationChannel publications = TestPublications.create(cuts, warehouse.settings().shards());
    return new Shard(
        Service.MARTS,
        Map.of(),
        List.copyOf(kept),
        new ShardSurroundings(
            warehouse,
            lake,
            new DailyVacuum(lake, null, (_, _) -> {}),
            duckDb,
            null,
            null,
            null,
            new SchemaRegistry(URI.create("http://127.0.0.1:1")),
            new Topics("t"),
            cuts,
            publications,
            null,
            board,
            Clock.systemUTC()),
        duck,
        null);
  }

  Shard shard() {
    return shard;
  }

  Connection duck() {
    return duck;
  }

  Lake lake() {
    return lake;
  }

  CutLog cuts() {
    return shard.around().cutLog();
  }

  PublishedLog published() {
    return shard.around().published();
  }

  /** Appends a cut of a source, which proves that time; gives its number. */
  long cut(String source, Instant at, String to) {
    long number = cuts().end();
    long previous = cuts().last(source).map(FoldedCut::number).orElse(-1L);
    cuts().append(number, at, new Cut(source, previous, to, Map.of(), at));
    return number;
  }

  /** Says that a table is right through a cut, with these versions new. */
  void publish(TableName table, long through, PublishedVersion... versions) {
    int number = Service.shardOf(table, shard.around().warehouse().settings().shards());
    long offset = statements.merge(number, 1L, Long::sum) - 1;
    published()
        .append(
            number,
            offset,
            new Published(Service.of(table).id(), number, through, List.of(), List.of(versions)));
  }

  @Override
  public void close() throws SQLException {
    lake.close();
    duck.close();
    duckDb.close();
  }
}
