package io.millrace.ingest.cdc;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.spi.OffsetCommitPolicy;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.ingest.SourceEvent;
import io.millrace.warehouse.source.CdcSource;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * The log from a position on, read by Debezium on its own threads and handed over in whole batches,
 * a few at most. A failure of the engine is seen by {@link #poll} behind the events before it.
 *
 * <p>The slot moves only to confirmed positions, and only from within the engine's callback; a
 * heartbeat brings a callback soon.
 */
final class LogStream implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LogStream.class.getName());
  private static final int BATCHES_MAX = 4;
  private static final Duration STOP_MAX = Duration.ofSeconds(15);

  private final Database database;
  private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
  private final Thread thread;
  private final RecordDecoder decoder;
  private final BlockingQueue<List<SourceEvent>> batches = new ArrayBlockingQueue<>(BATCHES_MAX);
  private final AtomicReference<@Nullable MillraceException> failure = new AtomicReference<>();
  private final AtomicReference<@Nullable LogPosition> confirmed = new AtomicReference<>();
  private volatile boolean stopping;
  private Iterator<SourceEvent> events = List.<SourceEvent>of().iterator();

  LogStream(Database database, List<CapturedTable> tables, LogPosition start) {
    CdcSource source = database.source();
    String unique = UUID.randomUUID().toString();
    String prefix = source.name().replaceAll("[^A-Za-z0-9_]", "_") + "_" + unique;
    String placeholder = "unavailable:" + unique;
    this.database = database;
    this.decoder = new RecordDecoder(database, tables, prefix, placeholder);
    this.engine =
        DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
            .using(EngineProperties.of(source, database.password(), start, prefix, placeholder))
            .using(LogStream.class.getClassLoader())
            .using(OffsetCommitPolicy.always())
            .using(this::ended)
            .notifying(this::handle)
            .build();
    this.thread = Thread.ofPlatform().daemon().name("cdc-" + source.name()).unstarted(engine);
    thread.start();
  }

  /** The next event, or null when none came within the wait. */
  @Nullable SourceEvent poll(Duration wait) throws InterruptedException {
    if (!events.hasNext()) {
      List<SourceEvent> batch = batches.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
      if (batch != null) {
        events = batch.iterator();
      } else {
        MillraceException failed = failure.get();
        if (failed != null && batches.isEmpty()) {
          throw failed;
        }
      }
    }
    return events.hasNext() ? events.next() : null;
  }

  /** Lets the slot move to the position at the next callback. Safe from any thread. */
  void confirm(LogPosition position) {
    confirmed.set(position);
  }

  private void handle(
      List<RecordChangeEvent<SourceRecord>> records,
      RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
      throws InterruptedException {
    if (records.isEmpty() || stopping || failure.get() != null) {
      return;
    }
    RecordChangeEvent<SourceRecord> any = records.getLast();
    List<SourceEvent> decoded;
    try {
      decoded = decoder.decode(records.stream().map(RecordChangeEvent::record).toList());
    } catch (MillraceException e) {
      failure.compareAndSet(null, e);
      throw e;
    }
    flush(any, committer);
    while (!decoded.isEmpty() && !stopping && !batches.offer(decoded, 100, TimeUnit.MILLISECONDS)) {
      flush(any, committer);
    }
  }

  /** Tells the server what is confirmed, in the name of any record. */
  private void flush(
      RecordChangeEvent<SourceRecord> any,
      RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
      throws InterruptedException {
    LogPosition position = confirmed.getAndSet(null);
    if (position != null) {
      DebeziumEngine.Offsets offsets = committer.buildOffsets();
      offsets.set("lsn", position.lsn());
      offsets.set("lsn_proc", position.lsn());
      offsets.set("lsn_commit", position.lsn());
      committer.markProcessed(any, offsets);
      committer.markBatchFinished();
    }
  }

  private void ended(boolean success, @Nullable String message, @Nullable Throwable error) {
    if (!stopping) {
      failure.compareAndSet(null, reason(error));
    }
  }

  private MillraceException reason(@Nullable Throwable error) {
    Set<Throwable> seen = new HashSet<>();
    for (Throwable t = error; t != null && seen.add(t); t = t.getCause()) {
      String text = t.getMessage() == null ? "" : t.getMessage().toLowerCase(Locale.ROOT);
      if (t instanceof MillraceException known) {
        return known;
      }
      if (text.contains("can no longer get changes") || text.contains("has already been removed")) {
        return new MillraceException(
            IngestError.ING_011_LOG_LOST,
            database.about()
                + ": the server removed log that slot "
                + database.source().slot()
                + " needed. Take a new snapshot of the source.",
            error);
      }
      if (t instanceof IOException
          || (t instanceof SQLException sql && Database.isLost(Database.stateOf(sql)))) {
        return new MillraceException(
            IngestError.ING_015_CONNECTION_LOST,
            database.about() + " broke the connection while its log was read.",
            error);
      }
    }
    if (error == null) {
      return new MillraceException(
          IngestError.ING_015_CONNECTION_LOST,
          database.about() + ": the log reader ended by itself.");
    }
    return new MillraceException(
        IngestError.ING_016_LOG_READER_FAILED,
        database.about() + ": the log reader failed. See the cause.",
        error);
  }

  /** Ends the engine; waits for its threads for some seconds at most. */
  @Override
  public void close() {
    stopping = true;
    batches.clear();
    long deadline = System.nanoTime() + STOP_MAX.toNanos();
    boolean interrupted = false;
    while (thread.isAlive() && System.nanoTime() < deadline) {
      try {
        engine.close();
      } catch (IOException | IllegalStateException e) {
        // It refuses while it starts its tasks, and when it stops already.
        LOG.log(System.Logger.Level.DEBUG, "engine not stopped yet", e);
      }
      try {
        thread.join(100);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (thread.isAlive()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: the log reader did not stop within {1}; the next one takes its slot over",
          database.about(),
          STOP_MAX);
      thread.interrupt();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
