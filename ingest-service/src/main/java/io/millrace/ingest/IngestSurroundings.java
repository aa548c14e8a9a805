package io.millrace.ingest;

import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.range.RangeWriter;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.Cut;
import io.millrace.runtime.CutChannel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * What loops of all sources share. Safe for all threads.
 *
 * @param kafka the brokers
 * @param topics the warehouse's topics
 * @param registry where schemas are registered
 * @param channel the cut log
 * @param names the warehouse's names
 * @param retention of raw topics
 */
record IngestSurroundings(
    KafkaConnection kafka,
    WarehouseTopics topics,
    SchemaRegistry registry,
    CutChannel channel,
    Topics names,
    Duration retention) {
  private static final Logger LOG = Logger.getLogger("millrace.ingest");
  private static final Duration LOG_LIMIT = Duration.ofSeconds(30);

  CutLog cutLog() {
    return channel.log();
  }

  /** The time of the newest cut, which must be there. */
  Instant newestCut() {
    return cutLog().timeOf(cutLog().end() - 1);
  }

  /** A writer of the source's raw topics; the one before it is fenced. */
  RangeWriter writer(String source) {
    return new RangeWriter(kafka, topics, names.transactionalId(source));
  }

  RawWriter rawWriter(SourcePlan plan, RangeWriter writer) {
    return new RawWriter(plan, writer, registry, topics, names, retention, Clock.systemUTC());
  }

  /** Waits until the fold holds what the log holds now. */
  void awaitCutLogEnd() throws InterruptedException {
    long end = topics.end(new TopicPartition(names.cuts(), 0));
    if (!cutLog().awaitEnd(end, LOG_LIMIT)) {
      throw new MillraceException(
          ChangelogError.CL_052_KAFKA_UNAVAILABLE,
          "the cut log " + names.cuts() + " was not read up to offset " + end + " within 30 s.");
    }
  }

  /** Appends a cut, whatever the outcome, and waits until the log has been read back. */
  void append(Cut cut, Duration limit) throws InterruptedException {
    try {
      channel.append(cut, limit);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warnf("the outcome of a cut of source %s is unknown: reading the log", cut.getSource());
    }
    awaitCutLogEnd();
  }
}
