package io.millrace.dimension;

import io.millrace.changelog.published.PublishedLog;
import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Watermark;
import io.millrace.shard.FollowedTable;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** An input of a dimension, followed version by version: how far it is taken, and what is next. */
final class Followed {
  private final FollowedTable table;
  private final WrittenTable written;
  private final InputHistory history;
  private final Deque<InputVersion> queue = new ArrayDeque<>();
  private Position position;

  /**
   * All versions up to the cut that the dimension announced are contained, also those that changed
   * nothing.
   */
  Followed(Shard shard, Dimension dimension, TableName name, WrittenTable written) {
    this.table = new FollowedTable(shard, shard.around().warehouse().table(name).orElseThrow());
    this.written = written;
    this.history = new InputHistory(shard, dimension, table);
    Watermark watermark = written.delta().watermark();
    Position stored =
        new Position(
            watermark.tableIds().getOrDefault(name.toString(), ""),
            watermark.inputs().getOrDefault(name.toString(), -1L));
    this.position =
        table
            .newestAt(written.through())
            .filter(v -> v.version() > stored.version())
            .filter(v -> stored.tableId().isEmpty() || stored.tableId().equals(v.tableId()))
            .map(v -> new Position(v.tableId(), v.version()))
            .orElse(stored);
  }

  TableName name() {
    return table.name();
  }

  InputHistory history() {
    return history;
  }

  /** What the dimension contains of it. */
  Position position() {
    return position;
  }

  /** What it contains once the version of a cut is taken. */
  Position positionAt(long cut) {
    return at(cut).map(v -> new Position(v.tableId(), v.version())).orElse(position);
  }

  /** The cut that it is right through. */
  long through() {
    return table.through();
  }

  /**
   * The newest version that shows the cut or an earlier one, which the input has announced itself
   * right through: its log tells of what is no longer announced.
   *
   * @throws MillraceException LK-011 when its log does not either
   */
  Optional<TableVersion> newestAt(long cut) {
    return table.newestAt(cut).or(() -> history.shownAt(cut));
  }

  /**
   * Looks what is next, of which some versions may not be announced to this follower.
   *
   * @param limit the newest cut of interest
   * @return the cut up to which {@link #next} tells everything
   */
  long look(long limit) {
    if (queue.isEmpty()) {
      PublishedLog.Ahead ahead = table.ahead(position);
      if (ahead.next().isEmpty()) {
        return Math.min(limit, ahead.through());
      }
      if (isOfAnother(ahead.next().get())) {
        return lookAtAnother(Math.min(limit, ahead.through()));
      }
      if (ahead.next().get().cut() <= limit
          || !FollowedTable.follows(ahead.next().get(), position)) {
        queue.addAll(history.upTo(ahead.next().get(), position));
      }
    }
    return limit;
  }

  private boolean isOfAnother(TableVersion version) {
    return !position.tableId().isEmpty() && !position.tableId().equals(version.tableId());
  }

  /**
   * The input was made anew: its versions up to the cut that the dimension is at were taken from
   * the former table, so the difference to its rows is next, once it is beyond that cut.
   */
  private long lookAtAnother(long reached) {
    if (reached > written.through()) {
      table.newestAt(reached).ifPresent(rows -> queue.add(history.another(rows, reached)));
    }
    return reached;
  }

  /**
   * The cut of the next version that {@link #look} found. One that shows an earlier cut than the
   * dimension, as after a restore of the input, is taken at the dimension's.
   */
  long next() {
    return queue.isEmpty() ? Long.MAX_VALUE : Math.max(queue.getFirst().cut(), written.through());
  }

  /** Whether rows are next that stand for versions of earlier cuts, too. */
  boolean lacksEarlier() {
    return !queue.isEmpty() && queue.getFirst().saysAll();
  }

  /** The next version, if it is taken at this cut. */
  Optional<InputVersion> at(long cut) {
    return next() == cut ? Optional.ofNullable(queue.peekFirst()) : Optional.empty();
  }

  /** Runs a reading of the next version. */
  interface Reading {
    void run(InputVersion version);
  }

  /**
   * Reads the next version. When vacuum has taken its changes, the difference to the input's newest
   * rows stands in the place of all that is next.
   *
   * @return whether it was read
   */
  boolean read(InputVersion version, Reading reading) {
    try {
      reading.run(version);
      return true;
    } catch (MillraceException e) {
      if (version.how() instanceof InputVersion.How.Difference) {
        queue.clear(); // what is next may be another when it is tried again
        throw e;
      }
      InputVersion newest = history.difference(version.version(), newestInPlaceOf(e));
      queue.clear();
      queue.addFirst(newest);
      return false;
    }
  }

  /**
   * Reads the rows that the dimension contains of it. When vacuum has taken them, the difference to
   * the input's newest rows is next, at this cut: nothing else can be taken before.
   *
   * @return whether they were read
   */
  boolean readContained(long cut, Runnable reading) {
    try {
      reading.run();
      return true;
    } catch (MillraceException e) {
      TableVersion newest = newestInPlaceOf(e);
      queue.clear();
      queue.addFirst(history.difference(position.version(), newest, cut));
      return false;
    }
  }

  /** The rows of the version of a cut; when vacuum has taken them, the newest. */
  String rowsAt(long cut) {
    try {
      return history.rowsAt(positionAt(cut));
    } catch (MillraceException e) {
      TableVersion newest = newestInPlaceOf(e);
      return history.rowsAt(new Position(newest.tableId(), newest.version()));
    }
  }

  /** Its newest version, if the error is that the one asked for is gone; else throws it. */
  TableVersion newestInPlaceOf(MillraceException error) {
    if (error.errorCode() != LakeError.LK_011_HISTORY_GONE) {
      throw error;
    }
    return table.newestAt(Long.MAX_VALUE).orElseThrow(() -> error);
  }

  /**
   * Takes the version behind the next one together with it.
   *
   * @return whether there is one yet
   */
  boolean join() {
    InputVersion first = queue.removeFirst();
    if (queue.isEmpty()) {
      Position there = new Position(first.tableId(), first.version());
      table
          .ahead(there)
          .next()
          .filter(v -> v.tableId().equals(there.tableId()))
          .ifPresent(v -> queue.addAll(history.upTo(v, there)));
    }
    InputVersion second = queue.pollFirst();
    queue.addFirst(second == null ? first : first.with(second));
    return second != null;
  }

  /** The dimension contains the next version. */
  void took(InputVersion version) {
    position = new Position(version.tableId(), version.version());
    queue.removeFirst();
  }

  /** The dimension contains this version, whatever was next. */
  void jumped(Position contained) {
    position = contained;
    queue.clear();
  }
}
