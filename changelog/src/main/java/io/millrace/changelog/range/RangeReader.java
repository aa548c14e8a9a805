package io.millrace.changelog.range;

import io.millrace.changelog.codec.WireRecord;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.OffsetRange;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads exactly the announced ranges: all data records of committed transactions in them, counted,
 * nothing else. One reading at a time; its batches may be taken by another thread than the one that
 * began it.
 */
public final class RangeReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long SILENCE_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

  private final Consumer<byte[], byte[]> consumer;
  private final WarehouseTopics topics;

  public RangeReader(KafkaConnection kafka, WarehouseTopics topics) {
    this.consumer = kafka.consumer("read_committed");
    this.topics = topics;
  }

  /**
   * The records of the ranges, in offset order within a partition, in batches as they are fetched.
   * Waits while a transaction inside a range is open. Its {@code hasNext} throws CL-053 when a
   * range holds another number of records than announced, CL-054 when retention was faster, CL-055
   * when the topic ends before the range.
   */
  public Iterator<List<WireRecord>> read(String topic, List<OffsetRange> ranges) {
    return new Reading(topic, new ArrayDeque<>(ranges));
  }

  /** One pass over ranges. */
  private final class Reading implements Iterator<List<WireRecord>> {
    private final String topic;
    private final Deque<OffsetRange> left;
    private @Nullable List<WireRecord> next;
    private @Nullable OffsetRange range;
    private TopicPartition partition;
    private long found;

    private Reading(String topic, Deque<OffsetRange> left) {
      this.topic = topic;
      this.left = left;
      this.partition = new TopicPartition(topic, 0);
    }

    @Override
    public boolean hasNext() {
      while (next == null) {
        OffsetRange current = range;
        if (current == null) {
          if (left.isEmpty()) {
            return false;
          }
          begin(left.removeFirst());
        } else {
          next = batch(current);
          if (next == null) {
            end(current);
          }
        }
      }
      return true;
    }

    @Override
    public List<WireRecord> next() {
      List<WireRecord> batch = hasNext() ? next : null;
      if (batch == null) {
        throw new NoSuchElementException("all ranges of " + topic + " are read");
      }
      next = null;
      return batch;
    }

    private void begin(OffsetRange begun) {
      range = begun;
      found = 0;
      partition = new TopicPartition(topic, begun.getPartition());
      consumer.assign(List.of(partition));
      consumer.seek(partition, begun.getStart());
    }

    private void end(OffsetRange ended) {
      if (found != ended.getRecords()) {
        throw new MillraceException(
            ChangelogError.CL_053_RANGE_COUNT,
            describe(topic, ended)
                + " was announced with "
                + ended.getRecords()
                + " records and holds "
                + found
                + ". The topic was changed from outside; nothing of this cut was applied. Rebuild"
                + " the table from a new snapshot.");
      }
      range = null;
    }

    /** The next records of the range; null when its end is reached. */
    private @Nullable List<WireRecord> batch(OffsetRange current) {
      long silentSince = System.nanoTime();
      while (position(current) < current.getEnd()) {
        List<WireRecord> batch = poll(current);
        if (!batch.isEmpty()) {
          found += batch.size();
          return batch;
        }
        if (System.nanoTime() - silentSince > SILENCE_NANOS_MAX) {
          requireInside(current);
          silentSince = System.nanoTime();
        }
      }
      return null;
    }

    private List<WireRecord> poll(OffsetRange current) {
      List<WireRecord> batch = new ArrayList<>();
      try {
        for (ConsumerRecord<byte[], byte[]> r : consumer.poll(POLL).records(partition)) {
          if (r.offset() < current.getEnd()) {
            batch.add(new WireRecord(r.key(), r.value(), r.partition(), r.offset()));
          }
        }
        return batch;
      } catch (OffsetOutOfRangeException e) {
        throw outside(current);
      }
    }

    private long position(OffsetRange current) {
      try {
        return consumer.position(partition);
      } catch (OffsetOutOfRangeException e) {
        throw outside(current);
      }
    }

    private void requireInside(OffsetRange current) {
      if (topics.start(partition) > current.getStart()
          || topics.end(partition) < current.getEnd()) {
        throw outside(current);
      }
    }

    private MillraceException outside(OffsetRange current) {
      long start = topics.start(partition);
      if (start > current.getStart()) {
        return new MillraceException(
            ChangelogError.CL_054_RANGE_EXPIRED,
            describe(topic, current)
                + " begins before the topic's first offset "
                + start
                + ": retention was faster than this table. Rebuild the table, and raise retention"
                + " in warehouse.yml.");
      }
      return new MillraceException(
          ChangelogError.CL_055_RANGE_MISSING,
          describe(topic, current)
              + " lies beyond the end of the topic: acknowledged records were lost by the broker."
              + " Check its replication settings, then take a new snapshot.");
    }
  }

  private static String describe(String topic, OffsetRange range) {
    return "Range %s-%d [%d, %d)"
        .formatted(topic, range.getPartition(), range.getStart(), range.getEnd());
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(5)));
  }
}
