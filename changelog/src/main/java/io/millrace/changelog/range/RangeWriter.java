package io.millrace.changelog.range;

import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.OffsetRange;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to topics in bounded Kafka transactions and says in which ranges they lie. Opening
 * one fences every other writer of the same transactional id. After any exception but CL-058, which
 * {@link #abandon} leaves behind, it is done for: close it and open another; what it had written
 * lies outside every announced range.
 *
 * <p>A range begins with its first record, so leftovers of a dead writer are in none, and a range
 * is held as long as its records are.
 */
public final class RangeWriter implements AutoCloseable {
  private static final long TRANSACTION_NANOS_MAX = Duration.ofSeconds(10).toNanos();
  private static final long TRANSACTION_BYTES_MAX = 64L << 20;
  private static final int RECORD_OVERHEAD_MAX = 1 << 10;

  private final Producer<byte[], byte[]> producer;
  private final WarehouseTopics topics;
  private final String transactionalId;
  private final Map<String, Written> written = new HashMap<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private boolean inTransaction;
  private long transactionStart;
  private long transactionBytes;

  /** What was written to a topic since the last {@link #finish}. */
  private static final class Written {
    private long records;
    private boolean opens;
    private volatile long firstOffset = -1;
    private volatile long lastOffset = -1;
  }

  public RangeWriter(KafkaConnection kafka, WarehouseTopics topics, String transactionalId) {
    this.producer = kafka.transactionalProducer(transactionalId);
    this.topics = topics;
    this.transactionalId = transactionalId;
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      producer.close(Duration.ZERO);
      throw failed("initTransactions", e);
    }
  }

  /**
   * Sends a record to partition 0 of the topic.
   *
   * @throws MillraceException CL-058 if it is larger than topics take, CL-052, CL-056
   */
  public void send(String topic, byte @Nullable [] key, byte[] value) {
    int bytes = value.length + (key == null ? 0 : key.length);
    if (bytes > KafkaConnection.RECORD_BYTES_MAX - RECORD_OVERHEAD_MAX) {
      throw tooLarge(null);
    }
    try {
      if (!inTransaction) {
        producer.beginTransaction();
        inTransaction = true;
        transactionStart = System.nanoTime();
        transactionBytes = 0;
      }
      Written to = written.computeIfAbsent(topic, t -> new Written());
      to.records++;
      transactionBytes += bytes;
      var _ =
          producer.send(
              new ProducerRecord<>(topic, 0, key, value), (meta, error) -> sent(to, meta, error));
      if (transactionBytes > TRANSACTION_BYTES_MAX) {
        commit();
      }
      commitIfLong();
    } catch (KafkaException e) {
      throw failed("send to " + topic, e);
    }
  }

  private void sent(Written to, @Nullable RecordMetadata meta, @Nullable Exception error) {
    if (error != null) {
      failure.compareAndSet(null, error);
    } else if (meta != null) {
      if (to.firstOffset < 0) {
        to.firstOffset = meta.offset();
      }
      to.lastOffset = meta.offset();
    }
  }

  /** Says that a full image of the topic begins in the range being written. */
  public void opens(String topic) {
    written.computeIfAbsent(topic, t -> new Written()).opens = true;
  }

  /**
   * Commits what has been open for long. The broker ends a transaction that stays open, and with it
   * this writer, and until then it blocks readers of other ranges of its topics: so a writer with
   * nothing to send calls this now and then.
   */
  public void commitIfLong() {
    if (inTransaction && System.nanoTime() - transactionStart > TRANSACTION_NANOS_MAX) {
      commit();
    }
  }

  private void commit() {
    if (!inTransaction) {
      return;
    }
    try {
      producer.commitTransaction();
      inTransaction = false;
    } catch (KafkaException e) {
      throw failed("commit a transaction", e);
    }
    Exception error = failure.get();
    if (error != null) {
      throw failed("send", error);
    }
  }

  /** How many records were sent since the last {@link #finish}. */
  public long pending() {
    return written.values().stream().mapToLong(w -> w.records).sum();
  }

  /** Commits, and returns for each topic written since the last finish the range to announce. */
  public Map<String, List<OffsetRange>> finish() {
    commit();
    Map<String, List<OffsetRange>> ranges = new HashMap<>();
    for (Map.Entry<String, Written> entry : written.entrySet()) {
      ranges.put(entry.getKey(), List.of(range(entry.getKey(), entry.getValue())));
    }
    written.clear();
    return ranges;
  }

  /** An image without rows lies at the end of its topic. */
  private OffsetRange range(String topic, Written to) {
    long start = to.records == 0 ? topics.end(new TopicPartition(topic, 0)) : to.firstOffset;
    long end = to.records == 0 ? start : to.lastOffset + 1;
    return new OffsetRange(0, start, end, to.records, to.opens);
  }

  /** Takes back what was written since the last {@link #finish}; no range will hold it. */
  public void abandon() {
    try {
      if (inTransaction) {
        producer.abortTransaction();
        inTransaction = false;
      }
    } catch (KafkaException e) {
      throw failed("abort a transaction", e);
    }
    written.clear();
    failure.set(null);
  }

  private MillraceException failed(String what, Exception cause) {
    Throwable error = failure.get() == null ? cause : failure.get();
    if (error instanceof ProducerFencedException
        || error instanceof InvalidProducerEpochException
        || cause instanceof ProducerFencedException
        || cause instanceof InvalidProducerEpochException) {
      return new MillraceException(
          ChangelogError.CL_056_FENCED,
          "another instance has taken over the writer "
              + transactionalId
              + "; this one stops writing. Run one instance, or let this one stand by.",
          cause);
    }
    if (error instanceof RecordTooLargeException) {
      return tooLarge(cause);
    }
    if (cause instanceof InterruptException) {
      Thread.currentThread().interrupt();
    }
    return new MillraceException(
        ChangelogError.CL_052_KAFKA_UNAVAILABLE,
        "could not "
            + what
            + " as "
            + transactionalId
            + " ("
            + cause.getClass().getSimpleName()
            + "). Nothing of it was announced; the writer starts again.",
        cause);
  }

  private MillraceException tooLarge(@Nullable Exception cause) {
    return new MillraceException(
        ChangelogError.CL_058_ROW_TOO_LARGE,
        "a row is larger than 16 MiB, which is what the topic takes (writer "
            + transactionalId
            + "). Leave its large column out, or store it elsewhere.",
        cause);
  }

  /** Closes at once; an open transaction is aborted by the next writer of this id. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
