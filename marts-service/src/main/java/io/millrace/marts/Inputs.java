package io.millrace.marts;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.shard.EachTable;
import io.millrace.shard.FollowedTable;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Table;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What this loop's dynamic tables read: mirrors of tables that other services and instances write,
 * and its own dynamic tables; of all the changes, as long as somebody may ask for them. So each
 * reader sees them as they were at its own cut, however far another has brought them meanwhile.
 * Used by the loop alone.
 */
final class Inputs {
  private final Shard shard;
  private final Map<TableName, InputMirror> mirrors = new TreeMap<>();
  private final Map<TableName, ChangeLog> logs = new HashMap<>();
  private final Map<TableName, Position> told = new HashMap<>();
  private final Map<TableName, Long> announced = new HashMap<>();
  private final Map<TableName, MillraceException> failures = new HashMap<>();

  Inputs(Shard shard) {
    this.shard = shard;
    Set<TableName> own = shard.tables().stream().map(Table::name).collect(Collectors.toSet());
    for (Table table : shard.tables()) {
      for (TableName input : table.inputs()) {
        if (!own.contains(input) && !mirrors.containsKey(input)) {
          Table definition = shard.around().warehouse().table(input).orElseThrow();
          InputMirror mirror = new InputMirror(shard, new FollowedTable(shard, definition));
          mirrors.put(input, mirror);
          logs.put(input, mirror.log());
        }
      }
    }
  }

  /** A dynamic table is open: if others read it, its changes are kept from here on. */
  void opened(Planned mart) {
    if (shard.tables().stream().noneMatch(t -> t.inputs().contains(mart.name()))) {
      return;
    }
    ChangeLog log =
        new ChangeLog(
            shard.duck(), Sql.name("changes of " + mart.name()), mart.definition().schema());
    log.begin(mart.through(), mart.shown());
    logs.put(mart.name(), log);
    told.put(mart.name(), mart.shown());
  }

  /**
   * Sees how far everything is that others write. Looked at once for each round: what is announced
   * amid a round belongs to the next, for the mirrors were brought on without it.
   */
  void look() {
    mirrors.forEach((input, mirror) -> announced.put(input, mirror.through()));
  }

  /** The cut that a table of others is right through; empty for an own dynamic table. */
  Optional<Long> announced(TableName input) {
    return Optional.ofNullable(announced.get(input));
  }

  /** Brings all mirrors to the cut that can be; what fails, fails the tables that read it. */
  void bring(long cut) {
    for (InputMirror mirror : mirrors.values()) {
      if (announced.getOrDefault(mirror.name(), -1L) >= cut) {
        bring(mirror, cut);
      }
    }
  }

  private void bring(InputMirror mirror, long cut) {
    try {
      mirror.bring(cut);
      failures.remove(mirror.name());
    } catch (MillraceException e) {
      if (EachTable.isFenced(e)) {
        throw e;
      }
      failures.put(mirror.name(), e);
    }
  }

  /** Throws what kept one of them from the last cut. */
  void requireBrought(Collection<TableName> inputs) {
    for (TableName input : inputs) {
      MillraceException failure = failures.get(input);
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** Whether an input's rows changed after one cut and up to another, as far as is known here. */
  boolean changed(TableName input, long after, long to) {
    return log(input).changed(after, to);
  }

  /** The cut from which on all of these can be read. */
  long readableFrom(Collection<TableName> inputs) {
    return inputs.stream()
        .map(logs::get)
        .filter(log -> log != null && log.wholeAfter() < Long.MAX_VALUE)
        .mapToLong(ChangeLog::wholeAfter)
        .max()
        .orElse(-1);
  }

  /**
   * An own dynamic table has changed. Where a column has another type now, those that read it read
   * this cut as a whole: the changes do not take back what its values were to them.
   *
   * @param before the columns that it had
   * @param signed a relation of its columns and {@code _weight}
   */
  void changed(Planned mart, RowSchema before, String signed, long cut) {
    ChangeLog log = logs.get(mart.name());
    if (log != null && isRetyped(before, mart.definition().schema())) {
      log.restart(cut, mart.shown());
    } else if (log != null) {
      log.add(signed, cut, mart.shown());
    }
    told.put(mart.name(), mart.shown());
  }

  /** Whether a column has another type than it had. */
  static boolean isRetyped(RowSchema before, RowSchema now) {
    return now.columns().stream()
        .anyMatch(
            c -> before.column(c.name()).filter(old -> !old.type().equals(c.type())).isPresent());
  }

  /** An own dynamic table has another version, or none, with the same rows. */
  void unchanged(Planned mart) {
    told.put(mart.name(), mart.shown());
  }

  /**
   * Looks whether an own dynamic table has got a version of which nothing was told here: a commit
   * that failed after its files were written, or somebody else's. Those that read it read its next
   * cut as a whole then.
   */
  void follow(Planned mart) {
    ChangeLog log = logs.get(mart.name());
    if (log != null && !mart.shown().equals(told.put(mart.name(), mart.shown()))) {
      log.restart(mart.through() + 1, mart.shown());
    }
  }

  /** What stands in FROM for its rows at a cut: its columns, whatever else is kept beside them. */
  String relation(TableName input, long cut) {
    InputMirror mirror = mirrors.get(input);
    String rows =
        mirror != null
            ? mirror.relation()
            : "(SELECT %s FROM %s)"
                .formatted(Sql.names(schema(input).names()), WrittenTable.relation(input));
    return log(input).rowsAt(cut, rows);
  }

  private ChangeLog log(TableName input) {
    return Objects.requireNonNull(logs.get(input), input::toString);
  }

  private RowSchema schema(TableName input) {
    return shard.around().warehouse().table(input).orElseThrow().schema();
  }

  /**
   * The relation of its net changes after one cut and up to another, if they are held. It is there
   * until the next cut.
   */
  Optional<String> changes(TableName input, long after, long to) {
    ChangeLog log = log(input);
    return log.coversAfter(after) ? Optional.of(log.net(after, to)) : Optional.empty();
  }

  /** The version of an input that shows a cut. */
  Position shownAt(TableName input, long cut) {
    return log(input).shownAt(cut);
  }

  /**
   * Lets go of changes that all readers have taken, or that have become too many to be kept for
   * those that have not: a table that stands still must not make the others' memory grow.
   *
   * @param positions for each input, the cuts that the open tables which read it have reached
   * @param cut the newest
   */
  void forget(Map<TableName, List<Long>> positions, long cut) {
    logs.forEach((input, log) ->
        log.forget(positions.getOrDefault(input, List.of()), cut, ChangeLog.ROWS_KEPT));
  }

  /** Drops what DuckDB holds of them, for the tables that read them are no longer kept here. */
  void drop() {
    mirrors.values().forEach(InputMirror::drop);
    logs.values().forEach(ChangeLog::drop);
  }
}
