package io.millrace.marts;

import io.micrometer.core.instrument.Metrics;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.Watermark;
import io.millrace.marts.control.MartsBoard;
import io.millrace.marts.fact.FactRules;
import io.millrace.marts.fact.Repointing;
import io.millrace.marts.refresh.Refresh;
import io.millrace.marts.refresh.RefreshHistory;
import io.millrace.marts.refresh.RefreshHistory.Result;
import io.millrace.shard.EachTable;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Opening;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardWork;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.DynamicTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The dynamic tables of an instance, brought on in rounds. A round fixes one cut, brings every
 * input to it, then goes through the tables due at it, inputs first: <em>plan -> read -> apply ->
 * commit -> publish</em>. Inputs that others have brought further are read as they were at the cut.
 * So a table and one it reads are always at one cut, whichever instance keeps it, and a diamond is
 * consistent. A table that fails is passed over until its next round cut, one that cannot be opened
 * until it can; the tables that read it are skipped, the others go on. While nothing is due, tables
 * are audited.
 */
final class Rounds implements ShardWork, Round.Steps<Mart> {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");
  private static final String REBUILD = "rebuild";
  private static final RowDiff.Changes NO_CHANGES = new RowDiff.Changes("", 0, 0, 0);
  private static final Refresh.Outcome NOTHING =
      new Refresh.Outcome(NO_CHANGES, "NONE", "", Map.of(), 0);

  private final Shard shard;
  private final MartsBoard board;
  private final Replacements replacements;
  private final List<Opening<Mart>> openings;
  private final List<Mart> marts = new ArrayList<>();
  private final Inputs inputs;
  private final Plan plan;
  private final Round<Mart> round;
  private final Audits audits = new Audits();
  private final RefreshHistory history;
  private final Set<TableName> fresh = new HashSet<>();
  private boolean described;

  Rounds(Shard shard, MartsBoard board, Replacements replacements) {
    this.shard = shard;
    this.board = board;
    this.replacements = replacements;
    this.openings =
        shard.tables().stream()
            .map(DynamicTable.class::cast)
            .map(definition -> new Opening<>(shard, definition, () -> Mart.open(shard, definition)))
            .toList();
    this.inputs = new Inputs(shard);
    this.plan = new Plan(shard, marts, inputs);
    this.round = new Round<>(plan, this);
    this.history = new RefreshHistory(shard.around().lake(), shard.duck(), shard.around().clock());
  }

  @Override
  public List<WrittenTable> tables() {
    return marts.stream().map(Mart::table).toList();
  }

  @Override
  public boolean advance() throws InterruptedException {
    boolean opened = open();
    for (Mart mart : marts) {
      replacements.look(mart, shard);
    }
    boolean ordered = plan.look();
    if (opened) {
      plan.opened();
    }
    if (ordered || opened) {
      marts.forEach(mart -> mart.alter(plan.alterations().warehouse()));
    }
    OptionalLong cut = plan.nextRound();
    if (cut.isPresent()) {
      round(cut.getAsLong());
    } else {
      Duration limit = Audits.limit(marts);
      audits
          .next(marts.stream().filter(this::settled).toList(), limit)
          .ifPresent(mart -> audit(mart, limit));
      // Nobody waits to be told of its versions.
      shard.around().vacuum().look(RefreshHistory.NAME, () -> Long.MAX_VALUE);
    }
    history.appendIfDue();
    marts.forEach(mart -> mart.table().progress().show());
    if (ordered || !described) {
      describe();
    }
    return cut.isPresent();
  }

  /**
   * Opens what is not open; what has been opened stands in the order of the graph.
   *
   * @return whether any was opened now
   */
  private boolean open() {
    if (marts.size() == openings.size()) {
      return false;
    }
    int before = marts.size();
    List<Mart> open = openings.stream().flatMap(o -> o.open().stream()).toList();
    open.stream().filter(mart -> !marts.contains(mart)).forEach(inputs::opened);
    marts.clear();
    marts.addAll(open);
    return marts.size() > before;
  }

  /** All dynamic tables of the warehouse, wherever they are kept. */
  private void describe() {
    for (DynamicTable table : shard.around().warehouse().dynamicTables()) {
      board.describe(
          Mart.description(plan.alterations(), table.name(), plan.suspended(table.name())));
    }
    described = true;
  }

  private void round(long cut) {
    round.walk(cut, marts);
    Map<TableName, List<Long>> readers = new HashMap<>();
    for (Mart mart : marts) {
      for (TableName input : mart.inputs()) {
        readers.computeIfAbsent(input, i -> new ArrayList<>()).add(mart.table().through());
      }
    }
    inputs.forget(readers, cut);
  }

  @Override
  public void bring(long cut) {
    inputs.bring(cut);
  }

  @Override
  public void skip(Mart mart, long cut, TableName stale) {
    mart.table().progress().waiting(stale + ", which failed at cut " + cut);
    note(
        mart,
        cut,
        new Done(
            NOTHING,
            "an input failed",
            0,
            Result.SKIPPED,
            stale + " failed at this cut",
            shard.around().clock().instant(),
            0));
  }

  @Override
  public boolean refresh(Mart mart, long cut) {
    WrittenTable table = mart.table();
    Instant started = shard.around().clock().instant();
    long startedNanos = System.nanoTime();
    table.progress().began();
    Refresh.Outcome outcome = NOTHING;
    String reason = reason(mart, cut);
    MillraceException error = null;
    try {
      inputs.requireBrought(mart.inputs());
      table.refresh();
      inputs.follow(mart);
      if (mart.through() >= 0) { // without rows yet it has none of another statement
        EachTable.requireRebuild(table);
      }
      if (!reason.isEmpty()) {
        outcome = bring(mart, cut, reason);
      }
      table.reachedRound(cut);
      table.progress().stepped(!outcome.changes().none());
    } catch (MillraceException e) {
      mart.refresh().failed();
      inputs.follow(mart);
      if (EachTable.isFenced(e)) {
        throw e;
      }
      table.progress().failed(e);
      fresh.remove(mart.name());
      error = e;
    }
    if (!reason.isEmpty()) {
      Result result =
          error != null
              ? Result.FAILED
              : outcome.changes().none() ? Result.UNCHANGED : Result.CHANGED;
      note(
          mart,
          cut,
          new Done(
              outcome,
              reason,
              error == null ? repointed(mart, outcome.changes()) : 0,
              result,
              error == null ? null : error.getMessage(),
              started,
              startedNanos));
    }
    return error == null;
  }

  /** What the history is told, beside table and cut. */
  private record Done(
      Refresh.Outcome outcome,
      String reason,
      long repointed,
      Result result,
      @Nullable String error,
      Instant started,
      long startedNanos) {}

  private void note(Mart mart, long cut, Done done) {
    RefreshHistory.Entry entry =
        new RefreshHistory.Entry(
            mart.name(),
            cut,
            mart.table().delta().version(),
            done.started(),
            done.startedNanos() == 0
                ? Duration.ZERO
                : Duration.ofNanos(System.nanoTime() - done.startedNanos()),
            done.outcome(),
            done.reason(),
            done.repointed(),
            shard.around().cutLog().committedAt(mart.sources(), cut).orElse(null),
            done.result(),
            done.error());
    history.add(entry);
    board.add(entry);
  }

  private long repointed(Mart mart, RowDiff.Changes changes) {
    long rows = Repointing.count(shard.duck(), mart.definition(), changes);
    if (rows > 0) {
      Metrics.counter(io.millrace.contracts.Metrics.REPOINTED, "table", mart.name().toString())
          .increment((double) rows);
    }
    return rows;
  }

  /**
   * Computes, commits and publishes a table's changes, and tells them to the tables that read it.
   */
  private Refresh.Outcome bring(Mart mart, long cut, String reason) {
    WrittenTable table = mart.table();
    if (!fresh.contains(mart.name()) || reason.equals(REBUILD)) {
      mart.refresh().failed();
    }
    Refresh.Outcome outcome = NOTHING;
    RowSchema before = table.delta().schema();
    boolean committed = false;
    while (!committed) {
      outcome = mart.refresh().refresh(task(mart, cut));
      FactRules.require(shard.duck(), mart.definition(), outcome.changes());
      committed = table.commit(outcome.changes(), watermark(mart, cut), table.definitionChanged());
      if (!committed) {
        inputs.follow(mart);
      }
    }
    if (outcome.changes().none()) {
      inputs.unchanged(mart);
    } else {
      inputs.changed(mart, before, signed(mart, outcome.changes().relation()), cut);
    }
    mart.refresh().committed();
    fresh.add(mart.name());
    return outcome;
  }

  private static String signed(Mart mart, String changes) {
    return "(SELECT %s, CASE WHEN _change_type IN ('insert', 'update_postimage') THEN 1 ELSE -1 END AS _weight FROM %s)"
        .formatted(Sql.names(mart.definition().schema().names()), changes);
  }

  /** Why a refresh is needed; empty if nothing that the table reads has changed. */
  private String reason(Mart mart, long cut) {
    if (!fresh.contains(mart.name())) {
      return "no state";
    }
    if (mart.table().nextRebuild().isPresent()) {
      return REBUILD;
    }
    if (mart.definition().usesNow()) {
      return "time moved";
    }
    return changed(mart, cut).isEmpty() ? "" : "inputs changed";
  }

  private Set<TableName> changed(Mart mart, long cut) {
    return mart.inputs().stream()
        .filter(input -> inputs.changed(input, mart.table().through(), cut))
        .collect(Collectors.toSet());
  }

  private Refresh.Task task(Mart mart, long cut) {
    return new Refresh.Task(
        cut,
        shard.around().cutLog().cut(cut).at(),
        changed(mart, cut),
        input -> inputs.relation(input, cut),
        input -> inputs.changes(input, mart.table().through(), cut));
  }

  /** Whether the inputs show just what the table was refreshed from. */
  private boolean settled(Mart mart) {
    return fresh.contains(mart.name())
        && mart.table().progress().mayStep()
        && changed(mart, Long.MAX_VALUE).isEmpty()
        && (!mart.definition().usesNow() || mart.table().through() == plan.lastRound());
  }

  private void audit(Mart mart, Duration limit) {
    Instant started = shard.around().clock().instant();
    long startedNanos = System.nanoTime();
    long cut = mart.table().through();
    try {
      Refresh.Audit audit = Sql.within(limit, () -> mart.refresh().audit(task(mart, cut)));
      audits.done(mart, audit);
      boolean right = audit.differing() == 0;
      if (!right) {
        fresh.remove(mart.name());
      }
      note(
          mart,
          cut,
          new Done(
              NOTHING,
              "audit",
              0,
              right ? Result.RIGHT : Result.WRONG,
              right ? null : audit.differing() + " rows differ",
              started,
              startedNanos));
    } catch (TimeoutException e) {
      audits.gaveUp(mart.name(), limit);
    } catch (MillraceException e) {
      mart.table().progress().failed(e);
      fresh.remove(mart.name());
    }
  }

  private Watermark watermark(Mart mart, long cut) {
    Map<String, Long> positions = new TreeMap<>();
    Map<String, String> ids = new TreeMap<>();
    for (TableName input : mart.inputs()) {
      Position position = inputs.shownAt(input, cut);
      positions.put(input.toString(), position.version());
      ids.put(input.toString(), position.tableId());
    }
    return new Watermark(
        cut,
        positions,
        shard.around().topics().knownIds(List.of(shard.around().names().cuts())),
        ids,
        0,
        0,
        mart.definition().definition(),
        "");
  }

  /** What DuckDB holds for these tables goes: another instance may keep them from now on. */
  @Override
  public void close() {
    history.append();
    try {
      inputs.drop();
      marts.forEach(mart -> mart.refresh().drop());
    } catch (MillraceException e) {
      LOG.debug("rows and state of tables that are no longer kept stay until the next start", e);
    }
  }
}
