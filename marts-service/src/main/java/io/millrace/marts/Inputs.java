package io.millrace.marts;

import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.shard.EachTable;
import io.millrace.shard.FollowedTable;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Table;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the shard's dynamic tables read: mirrors of other services' tables, and dynamic tables
 * themselves; of both the changes, as long as somebody may ask for them. Used by the shard's loop
 * alone.
 */
final class Inputs {
  private final Shard shard;
  private final Map<TableName, InputMirror> mirrors = new TreeMap<>();
  private final Map<TableName, ChangeLog> logs = new HashMap<>();
  private final Map<TableName, Long> changedAt = new HashMap<>();
  private final Map<TableName, Long> announced = new HashMap<>();
  private final Map<TableName, MillraceException> failures = new HashMap<>();

  Inputs(Shard shard) {
    this.shard = shard;
    for (Table table : shard.tables()) {
      for (TableName input : table.inputs()) {
        if (Service.of(input) != Service.MARTS && !mirrors.containsKey(input)) {
          Table definition = shard.around().warehouse().table(input).orElseThrow();
          InputMirror mirror = new InputMirror(shard, new FollowedTable(shard, definition));
          mirrors.put(input, mirror);
          logs.put(input, mirror.log());
        }
      }
    }
  }

  /** A dynamic table is open: if others read it, its changes are kept from here on. */
  void opened(Mart mart) {
    if (shard.tables().stream().noneMatch(t -> t.inputs().contains(mart.name()))) {
      return;
    }
    ChangeLog log =
        new ChangeLog(
            shard.duck(), Sql.name("changes of " + mart.name()), mart.definition().schema());
    log.begin(mart.table().through());
    logs.put(mart.name(), log);
  }

  /**
   * Sees how far everything is that other services write. Looked at once for each round: what is
   * announced amid a round belongs to the next, for the mirrors were brought on without it.
   */
  void look() {
    mirrors.forEach((input, mirror) -> announced.put(input, mirror.through()));
  }

  /** The cut that a table of another service is right through; empty for a dynamic table. */
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

  /** The cut at which an input's rows last changed, as far as is known here. */
  long changedAt(TableName input) {
    InputMirror mirror = mirrors.get(input);
    return mirror != null ? mirror.changedAt() : changedAt.getOrDefault(input, -1L);
  }

  /** A dynamic table has changed: a relation of its columns and {@code _weight}. */
  void changed(TableName table, String signed, long cut) {
    changedAt.put(table, cut);
    ChangeLog log = logs.get(table);
    if (log != null) {
      log.add(signed, cut);
    }
  }

  /** What stands in FROM for its rows: its columns, whatever else is kept beside them. */
  String relation(TableName input) {
    InputMirror mirror = mirrors.get(input);
    return mirror != null
        ? mirror.relation()
        : "(SELECT %s FROM %s)"
            .formatted(Sql.names(schema(input).names()), WrittenTable.relation(input));
  }

  private RowSchema schema(TableName input) {
    return shard.around().warehouse().table(input).orElseThrow().schema();
  }

  /** What stands in FROM for its net changes after one cut and up to another, if they are held. */
  Optional<String> changes(TableName input, long after, long to) {
    ChangeLog log = Objects.requireNonNull(logs.get(input));
    return log.coversAfter(after) ? Optional.of(log.between(after, to)) : Optional.empty();
  }

  /** The version of another service's table that is shown; empty for a dynamic table. */
  Optional<FollowedTable.Position> position(TableName input) {
    return Optional.ofNullable(mirrors.get(input)).map(InputMirror::position);
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
}
