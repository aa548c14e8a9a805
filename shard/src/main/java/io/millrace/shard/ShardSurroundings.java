package io.millrace.shard;

import io.millrace.changelog.News;
import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.published.PublishedLog;
import io.millrace.changelog.range.RangeReader;
import io.millrace.changelog.range.RangeWriter;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Service;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.DailyVacuum;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.runtime.CutChannel;
import io.millrace.runtime.StatusBoard;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.kafka.common.TopicPartition;

/**
 * What all shards of a service share. Safe for all threads.
 *
 * @param warehouse the folder
 * @param lake the tables
 * @param vacuum deletes the files that they no longer need
 * @param duckDb this process's DuckDB
 * @param allocator Arrow memory
 * @param kafka the brokers
 * @param topics the warehouse's topics
 * @param registry schemas
 * @param names the warehouse's names
 * @param cuts the cut log's channel
 * @param publications what services say of their tables
 * @param deadLetters where refused records go
 * @param board the status
 * @param clock for lag
 */
public record ShardSurroundings(
    Warehouse warehouse,
    Lake lake,
    DailyVacuum vacuum,
    DuckDb duckDb,
    BufferAllocator allocator,
    KafkaConnection kafka,
    WarehouseTopics topics,
    SchemaRegistry registry,
    Topics names,
    CutChannel cuts,
    PublicationChannel publications,
    DeadLetterChannel deadLetters,
    StatusBoard board,
    Clock clock) {
  private static final Duration LOG_LIMIT = Duration.ofSeconds(60);

  public CutLog cutLog() {
    return cuts.log();
  }

  public PublishedLog published() {
    return publications.log();
  }

  /** Told whenever there is a new cut or a new statement. */
  public News news() {
    return cuts.news();
  }

  /**
   * Takes shards for one loop: fences their former holders, then reads the cut log and the
   * publications to their ends.
   */
  Shard take(Service service, Collection<Integer> numbers, List<Table> tables)
      throws InterruptedException {
    Map<Integer, RangeWriter> writers = new HashMap<>();
    try {
      for (int number : numbers) {
        writers.put(number, new RangeWriter(kafka, topics, names.transactionalId(service, number)));
      }
      awaitLogEnds();
      return new Shard(
          service, writers, tables, this, duckDb.connect(), new RangeReader(kafka, topics));
    } catch (RuntimeException | InterruptedException e) {
      writers.values().forEach(RangeWriter::close);
      throw e;
    }
  }

  private void awaitLogEnds() throws InterruptedException {
    long cutEnd = topics.end(new TopicPartition(names.cuts(), 0));
    Map<Integer, Long> ends =
        IntStream.range(0, warehouse.settings().shards())
            .boxed()
            .collect(Collectors.toMap(p -> p, this::endOfStatements));
    if (!cutLog().awaitEnd(cutEnd, LOG_LIMIT) || !published().awaitEnds(ends, LOG_LIMIT)) {
      throw new MillraceException(
          ChangelogError.CL_052_KAFKA_UNAVAILABLE,
          "the control topics of " + names.prefix() + " were not read to their ends within 60 s.");
    }
  }

  /** 0 when all statements of the partition have expired, so that none will be read. */
  private long endOfStatements(int partition) {
    TopicPartition statements = new TopicPartition(names.published(), partition);
    long end = topics.end(statements);
    return topics.start(statements) < end ? end : 0;
  }
}
