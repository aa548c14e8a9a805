package io.millrace.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table's versions, from the log alone. One thread, the table's. */
public final class TableHistory {
  private final Lake lake;
  private final DeltaTable table;
  private final CommitLog log;

  TableHistory(Lake lake, DeltaTable table) {
    this.lake = lake;
    this.table = table;
    this.log = table.folder().log();
  }

  /**
   * The table as a reader of a cut sees it. A restore to another cut takes nothing from the cuts
   * before it: its rows are those of the cut that the table was at.
   *
   * @return the greatest version, up to the table object's, that shows this cut or an earlier one;
   *     empty when the table began later
   * @throws MillraceException LK-011 when the log no longer reaches back that far
   */
  public OptionalLong versionAt(long cut) {
    if (reachedBy(table.version()) <= cut) {
      return OptionalLong.of(table.version());
    }
    long low = log.earliest().orElse(0);
    if (reachedBy(low) > cut) {
      if (low == 0) {
        return OptionalLong.empty();
      }
      throw new MillraceException(
          LakeError.LK_011_HISTORY_GONE,
          Text.of(
              "the log of table %s begins with version %d, which is after cut %d.",
              table.name(), low, cut));
    }
    long high = table.version();
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (reachedBy(middle) <= cut) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return OptionalLong.of(low);
  }

  /** The cut that the table had been brought to with a version, which a restore leaves as it is. */
  private long reachedBy(long version) {
    Optional<CommitLog.Commit> commit = log.read(version);
    for (long v = version - 1; commit.isPresent(); commit = log.read(v--)) {
      Optional<Watermark> brought = commit.get().watermark();
      if (brought.isPresent() && !commit.get().operation().equals(Restoration.OPERATION)) {
        return brought.get().cut();
      }
    }
    return watermarkAt(version).cut();
  }

  /**
   * The table as it was at a time.
   *
   * @return the newest version, up to the table object's, that was committed by then; empty when
   *     the log holds none
   */
  public OptionalLong versionAt(Instant time) {
    long low = log.earliest().orElse(0);
    if (log.require(low).at().isAfter(time)) {
      return OptionalLong.empty();
    }
    long high = table.version() + 1;
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (log.require(middle).at().isAfter(time)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return OptionalLong.of(low);
  }

  /**
   * A version as its commit tells it.
   *
   * @param at when it was committed
   * @param operation such as STREAMING UPDATE or OPTIMIZE
   * @param cut the cut that it brought; empty when it changed none
   * @param added data files added or changed
   * @param removed data files removed or changed
   * @param changesRows whether rows changed
   */
  public record Entry(
      long version,
      Instant at,
      String operation,
      OptionalLong cut,
      int added,
      int removed,
      boolean changesRows) {}

  /** The newest versions that the log holds, the newest first. */
  public List<Entry> entries(int limit) {
    List<Entry> entries = new ArrayList<>();
    for (long v = table.version(); v >= 0 && entries.size() < limit; v--) {
      Optional<CommitLog.Commit> commit = log.read(v);
      if (commit.isEmpty()) {
        break;
      }
      entries.add(entry(commit.get()));
    }
    return entries;
  }

  private static Entry entry(CommitLog.Commit commit) {
    return new Entry(
        commit.version(),
        commit.at(),
        commit.operation(),
        commit.watermark().map(w -> OptionalLong.of(w.cut())).orElse(OptionalLong.empty()),
        commit.added().size(),
        commit.removed().size(),
        commit.changesData());
  }

  /** What a version shows. */
  public Watermark watermarkAt(long version) {
    return watermarkAt(lake, table.name(), version);
  }

  /** What a version of a table shows that perhaps cannot be opened. */
  static Watermark watermarkAt(Lake lake, TableName name, long version) {
    return lake.folder(name)
        .log()
        .read(version)
        .flatMap(CommitLog.Commit::watermark)
        .orElseGet(() -> DeltaTable.stored(name, snapshot(lake, name, version)).watermark());
  }

  /** The table's columns and key at a version. */
  public RowSchema schemaAt(long version) {
    return layout(version).schema();
  }

  /**
   * Makes a temp view of the rows of a version. It reads the lake's files; those of an old version
   * may be taken by vacuum while it is used.
   *
   * @param view its name, replaced if it is there; a temp table "[view] dead" goes with it
   * @return the view's columns
   * @throws MillraceException LK-011 when the version's files or log are gone
   */
  public RowSchema createView(Connection duck, long version, String view) {
    return createView(duck, version, view, List.of());
  }

  /**
   * As {@link #createView(Connection, long, String)}, of the rows that meet all conditions. Files
   * that by the log hold none of them are not read, nor brought from an object store.
   */
  public RowSchema createView(
      Connection duck, long version, String view, List<Condition> conditions) {
    TableScan whole = scan(version);
    TableLayout layout = whole.layout();
    List<LiveFile> files = new FileSkipping(layout, conditions).remaining(duck, whole.files());
    String rows = new TableScan(table.folder(), layout, files).rows(duck, view + " dead");
    String filter =
        conditions.stream().map(c -> c.sql(layout.schema())).collect(Collectors.joining(" AND "));
    Sql.run(
        duck,
        Text.of(
            "CREATE OR REPLACE TEMP VIEW %s AS %s",
            Sql.name(view),
            filter.isEmpty() ? rows : "SELECT * FROM (" + rows + ") WHERE " + filter));
    return layout.schema();
  }

  private TableScan scan(long version) {
    if (version == table.version()) {
      return table.scan();
    }
    Snapshot snapshot = snapshot(version);
    return new TableScan(table.folder(), layoutOf(snapshot), files(snapshot));
  }

  /** The data files of a version. */
  List<LiveFile> files(long version) {
    return version == table.version()
        ? List.copyOf(table.scan().files())
        : files(snapshot(version));
  }

  private List<LiveFile> files(Snapshot snapshot) {
    return LogActions.filesOf(snapshot, table.folder());
  }

  TableLayout layout(long version) {
    return version == table.version() ? table.scan().layout() : layoutOf(snapshot(version));
  }

  private static TableLayout layoutOf(Snapshot snapshot) {
    return TableLayout.of(snapshot);
  }

  private Snapshot snapshot(long version) {
    return snapshot(lake, table.name(), version);
  }

  /**
   * The log as it was at a version.
   *
   * @throws MillraceException LK-011 when the log no longer tells; LK-003 when it cannot be reached
   */
  static Snapshot snapshot(Lake lake, TableName name, long version) {
    try {
      Snapshot snapshot =
          TableManager.loadSnapshot(lake.path(name).toString())
              .atVersion(version)
              .build(lake.engine());
      Features.requireReadable(name, snapshot);
      return snapshot;
    } catch (MillraceException e) {
      throw e;
    } catch (RuntimeException e) {
      throw Features.refusal(name, e)
          .orElseGet(() ->
              isOfStorage(e)
                  ? lake.folder(name).log().unreadable(e)
                  : new MillraceException(
                      LakeError.LK_011_HISTORY_GONE,
                      Text.of("version %d of table %s cannot be read from the log.", version, name),
                      e));
    }
  }

  /** Whether a file could not be read for another reason than that it is gone or damaged. */
  private static boolean isOfStorage(Throwable error) {
    return Stream.iterate(error, Objects::nonNull, Throwable::getCause)
        .filter(cause -> cause instanceof IOException)
        .anyMatch(cause ->
            !(cause instanceof FileNotFoundException
                || cause instanceof NoSuchFileException
                || cause instanceof JsonProcessingException));
  }
}
