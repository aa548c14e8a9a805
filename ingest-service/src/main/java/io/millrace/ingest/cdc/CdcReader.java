package io.millrace.ingest.cdc;

import io.millrace.contracts.error.MillraceException;
import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceEvent.End;
import io.millrace.ingest.SourceEvent.Shape;
import io.millrace.ingest.SourceProgress;
import io.millrace.ingest.SourceProgress.Phase;
import io.millrace.ingest.SourceReader;
import io.millrace.warehouse.source.CdcSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL database read from its log.
 *
 * <pre>
 *   no position --> SNAPSHOT --End--> STREAMING
 *   position -------------------------^
 * </pre>
 *
 * <p>Without a position the slot is made anew and all rows are read as of its exported snapshot;
 * the log then goes on exactly there. With one, the log is read from exactly behind it, and nothing
 * is ever read again: what the server no longer holds is an error.
 */
public final class CdcReader implements SourceReader {
  /** How often the source is asked to prove that nothing was left out. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(1);

  private static final Duration SLOT_WAIT_MAX = Duration.ofMinutes(2);

  private static final System.Logger LOG = System.getLogger(CdcReader.class.getName());

  private final Database database;
  private final Heartbeat heartbeat;
  private final TableWatch watch;
  private final List<CapturedTable> tables;
  private final Deque<SourceEvent> first = new ArrayDeque<>();
  private @Nullable InitialSnapshot snapshot;
  private @Nullable LogStream stream;
  private final LogPosition start;
  private volatile SourceProgress progress;

  private CdcReader(
      Database database,
      Heartbeat heartbeat,
      TableWatch watch,
      List<CapturedTable> tables,
      @Nullable InitialSnapshot snapshot,
      LogPosition start) {
    this.database = database;
    this.heartbeat = heartbeat;
    this.watch = watch;
    this.tables = tables;
    this.snapshot = snapshot;
    this.start = start;
    this.progress = new SourceProgress(Phase.OPENING, 0, -1, -1, null);
    if (snapshot == null) {
      tables.forEach(t -> first.add(new Shape(t.declared().resource(), t.schema())));
    }
  }

  /**
   * Checks the source and opens it, which may take minutes while the server waits for old
   * transactions. Takes the slot away from whoever reads from it.
   *
   * @param password of the source's user, resolved
   * @param position of an {@link io.millrace.ingest.SourceEvent.End}; null for a new snapshot,
   *     which drops the slot
   * @param heartbeat from one heartbeat to the next, {@link #HEARTBEAT} by default
   * @throws MillraceException ING-001 to ING-022, most with the SQL that mends the source
   */
  public static CdcReader open(
      CdcSource source, String password, @Nullable String position, Duration heartbeat) {
    EngineProperties.check(source);
    Database database = new Database(source, password);
    ReplicationSlot slot = new ReplicationSlot(database, SLOT_WAIT_MAX);
    TableCatalog catalog = new TableCatalog(database);
    LogPosition start = position == null ? null : LogPosition.parse(position);
    InitialSnapshot snapshot = null;
    try (Connection connection = database.openUnlimited()) {
      new ServerChecks(database).check(connection);
      List<CapturedTable> tables = catalog.read(connection);
      TableWatch watch = new TableWatch(database, catalog, tables);
      Publication publication = new Publication(database);
      if (start == null || position == null) {
        slot.drop(connection);
        publication.ensure(connection);
        snapshot = InitialSnapshot.begin(database, slot, catalog, tables, connection);
        start = snapshot.point();
      } else {
        slot.release(connection);
        slot.requireHolds(connection, start);
        publication.requireAllPublished(connection);
        watch.requireAsAt(position, connection, tables);
        publication.ensure(connection);
      }
      CdcReader reader =
          new CdcReader(
              database,
              new Heartbeat(database, slot, publication, watch, heartbeat),
              watch,
              tables,
              snapshot,
              start);
      reader.noteUnloggedColumns();
      reader.noteColumnsLeftOut();
      return reader;
    } catch (SQLException e) {
      closeIfOpen(snapshot);
      throw database.failed("checking it", e);
    } catch (MillraceException e) {
      closeIfOpen(snapshot);
      throw e;
    }
  }

  /**
   * Drops the slot and the publication, so that the server forgets the source.
   *
   * @param password of the source's user, resolved
   */
  public static void dropSlot(CdcSource source, String password) {
    Database database = new Database(source, password);
    try (Connection connection = database.open()) {
      new ReplicationSlot(database, SLOT_WAIT_MAX).drop(connection);
      new Publication(database).drop(connection);
    } catch (SQLException e) {
      throw database.failed("dropping slot and publication", e);
    }
  }

  @Override
  public @Nullable SourceEvent poll(Duration wait) throws InterruptedException {
    SourceEvent event = read(wait);
    return event instanceof End end ? watch.marked(end) : event;
  }

  private @Nullable SourceEvent read(Duration wait) throws InterruptedException {
    InitialSnapshot reading = snapshot;
    if (reading != null) {
      SourceEvent event = reading.next();
      if (event != null) {
        progress =
            new SourceProgress(Phase.SNAPSHOT, reading.rows(), reading.expectedRows(), -1, null);
        return event;
      }
      reading.close();
      snapshot = null;
    }
    return next(wait);
  }

  private @Nullable SourceEvent next(Duration wait) throws InterruptedException {
    LogStream log = stream;
    if (log == null) {
      log = new LogStream(database, tables, start);
      stream = log;
    }
    SourceEvent opening = first.poll();
    if (opening != null) {
      return opening;
    }
    long deadline = System.nanoTime() + wait.toNanos();
    while (true) {
      if (heartbeat.beatIfDue()) {
        progress = new SourceProgress(Phase.STREAMING, 0, -1, heartbeat.retainedBytes(), null);
      }
      Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      Duration untilBeat = heartbeat.untilDue();
      SourceEvent event = log.poll(left.compareTo(untilBeat) < 0 ? left : untilBeat);
      if (event != null || System.nanoTime() >= deadline) {
        return event;
      }
    }
  }

  @Override
  public void confirm(String position) {
    LogPosition confirmed = LogPosition.parse(position);
    LogStream log = stream;
    if (log != null) {
      log.confirm(confirmed);
    }
  }

  @Override
  public SourceProgress progress() {
    return progress;
  }

  /** Says which updates would stop the source, while there is time to prevent it. */
  private void noteUnloggedColumns() {
    for (CapturedTable table : tables) {
      if (!table.unloggedColumns().isEmpty()) {
        String name = Sql.table(table.declared());
        LOG.log(
            System.Logger.Level.INFO,
            "{0}: table {1} may hold large values in {2}; an update of a row that leaves them as"
                + " they are stops the source (ING-012). ALTER TABLE {1} REPLICA IDENTITY FULL;"
                + " prevents it.",
            database.about(),
            name,
            table.unloggedColumns());
      }
    }
  }

  private void noteColumnsLeftOut() {
    for (CapturedTable table : tables) {
      if (!table.leftOut().isEmpty()) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0}: table {1} is captured without {2}: there is no form for columns of their types"
                + " (docs/SOURCES.md says which).",
            database.about(),
            Sql.table(table.declared()),
            new TreeSet<>(table.leftOut()));
      }
    }
  }

  private static void closeIfOpen(@Nullable InitialSnapshot snapshot) {
    if (snapshot != null) {
      snapshot.close();
    }
  }

  @Override
  public void close() {
    closeIfOpen(snapshot);
    if (stream != null) {
      stream.close();
    }
    heartbeat.close();
  }
}
