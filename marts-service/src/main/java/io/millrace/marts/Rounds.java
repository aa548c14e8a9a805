package io.millrace.marts;

import io.micrometer.core.instrument.Metrics;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.Watermark;
import io.millrace.marts.fact.FactRules;
import io.millrace.marts.fact.Repointing;
import io.millrace.marts.refresh.Refresh;
import io.millrace.marts.refresh.RefreshHistory;
import io.millrace.shard.EachTable;
import io.millrace.shard.FollowedTable;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardWork;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The dynamic tables of a shard, brought on in rounds. A round fixes one cut, brings every input to
 * it, then goes through the tables due at it, inputs first: <em>plan -> read -> apply -> commit ->
 * publish</em>. So a table and one it reads are always at one cut, and a diamond is consistent. A
 * table that fails is passed over until its next round cut; the tables that read it wait.
 */
final class Rounds implements ShardWork {
  private static final String REBUILD = "rebuild";
  private static final Refresh.Outcome NOTHING =
      new Refresh.Outcome(new RowDiff.Changes("", 0, 0, 0), "NONE", "", Map.of(), 0);

  private final Shard shard;
  private final List<Mart> marts;
  private final Map<TableName, InputMirror> mirrors;
  private final RoundCuts cuts;
  private final RefreshHistory history;
  private final Map<TableName, Long> changedAt = new HashMap<>();
  private final Map<TableName, ChangeLog> logs = new HashMap<>();
  private final Set<TableName> fresh = new HashSet<>();
  private final Set<Long> periods = new HashSet<>();
  private final Map<TableName, Long> announced = new HashMap<>();
  private long known = -1;
  private long lastRound = -1;

  private Rounds(Shard shard, List<Mart> marts, Map<TableName, InputMirror> mirrors) {
    this.shard = shard;
    this.marts = marts;
    this.mirrors = mirrors;
    this.cuts = new RoundCuts(shard.around().cutLog());
    this.history = new RefreshHistory(shard.around().lake(), shard.duck());
    marts.forEach(mart -> periods.add(mart.period()));
    for (TableName input : inputs()) {
      InputMirror mirror = mirrors.get(input);
      logs.put(input, mirror != null ? mirror.log() : ownLog(mart(input)));
    }
  }

  private Set<TableName> inputs() {
    return marts.stream().flatMap(m -> m.inputs().stream()).collect(Collectors.toSet());
  }

  private ChangeLog ownLog(Mart mart) {
    ChangeLog log =
        new ChangeLog(
            shard.duck(), Sql.name("changes of " + mart.name()), mart.definition().schema());
    log.begin(mart.table().through());
    return log;
  }

  static Rounds open(Shard shard) {
    List<Mart> marts =
        shard.tables().stream()
            .map(DynamicTable.class::cast)
            .map(definition -> Mart.open(shard, definition))
            .toList();
    Map<TableName, InputMirror> inputs = new TreeMap<>();
    for (Mart mart : marts) {
      for (TableName input : mart.inputs()) {
        if (Service.of(input) != Service.MARTS) {
          Table definition = shard.around().warehouse().table(input).orElseThrow();
          inputs.computeIfAbsent(
              input, i -> new InputMirror(shard, new FollowedTable(shard, definition)));
        }
      }
    }
    return new Rounds(shard, marts, inputs);
  }

  @Override
  public List<WrittenTable> tables() {
    return marts.stream().map(Mart::table).toList();
  }

  @Override
  public boolean advance() throws InterruptedException {
    look();
    OptionalLong cut = nextRound();
    if (cut.isPresent()) {
      round(cut.getAsLong());
    }
    history.appendIfDue();
    marts.forEach(mart -> mart.table().progress().show());
    return cut.isPresent();
  }

  /**
   * How far everything is that other services write. Looked at once for each round: what is
   * announced amid a round belongs to the next, for the mirrors were brought on without it.
   */
  private void look() {
    known = shard.around().cutLog().end() - 1;
    mirrors.forEach((input, mirror) -> announced.put(input, mirror.through()));
  }

  /** The earliest cut at which a table is due. */
  private OptionalLong nextRound() {
    return marts.stream().map(this::due).flatMapToLong(OptionalLong::stream).min();
  }

  private OptionalLong due(Mart mart) {
    WrittenTable table = mart.table();
    Optional<Long> order = table.nextRebuild().map(c -> c.number());
    if (order.isPresent() && table.definitionChanged()) {
      table.progress().cleared();
    }
    if (!table.progress().mayStep()) {
      return OptionalLong.empty();
    }
    long reach = reach(mart);
    if (order.isPresent() && order.get() >= lastRound) {
      return reach >= order.get() ? OptionalLong.of(order.get()) : OptionalLong.empty();
    }
    if (table.through() < 0) {
      return firstCut(mart, reach);
    }
    return cuts.next(table.through(), reach, lastRound, mart.period(), periods);
  }

  /** A table without rows yet takes what there is, once every source has said something. */
  private OptionalLong firstCut(Mart mart, long reach) {
    if (reach < Math.max(0, lastRound)
        || shard.around().cutLog().committedAt(mart.sources(), reach).isEmpty()) {
      mart.table().progress().waiting("the first cut of " + waitsFor(mart));
      return OptionalLong.empty();
    }
    return OptionalLong.of(reach);
  }

  private String waitsFor(Mart mart) {
    return mart.inputs().stream()
        .filter(input -> through(input) < 0)
        .findFirst()
        .map(TableName::toString)
        .orElse(String.join(", ", mart.sources()));
  }

  /** The cut that all inputs have reached. */
  private long reach(Mart mart) {
    return Math.min(mart.inputs().stream().mapToLong(this::through).min().orElse(-1), known);
  }

  private long through(TableName input) {
    Long looked = announced.get(input);
    return looked != null ? looked : mart(input).table().through();
  }

  private Mart mart(TableName name) {
    return marts.stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
  }

  private void round(long cut) throws InterruptedException {
    Set<TableName> due = new HashSet<>();
    for (Mart mart : marts) {
      OptionalLong at = due(mart);
      if (at.isPresent() && at.getAsLong() == cut) {
        due.add(mart.name());
      }
    }
    for (InputMirror input : mirrors.values()) {
      if (through(input.name()) >= cut) {
        input.bring(cut);
      }
    }
    lastRound = Math.max(lastRound, cut);
    for (Mart mart : marts) {
      if (due.contains(mart.name()) || dueWithItsInputs(mart, cut)) {
        refresh(mart, cut);
      }
    }
    logs.forEach((input, log) -> log.forgetThrough(readThrough(input)));
  }

  /** The cut up to which all tables that read an input have taken its changes. */
  private long readThrough(TableName input) {
    return marts.stream()
        .filter(mart -> mart.inputs().contains(input))
        .mapToLong(mart -> mart.table().through())
        .min()
        .orElse(-1);
  }

  /** Whether a table became due at this cut because a table that it reads has just reached it. */
  private boolean dueWithItsInputs(Mart mart, long cut) {
    OptionalLong at = due(mart);
    return at.isPresent() && at.getAsLong() == cut;
  }

  private void refresh(Mart mart, long cut) {
    WrittenTable table = mart.table();
    Instant started = shard.around().clock().instant();
    long startedNanos = System.nanoTime();
    table.progress().began();
    Refresh.Outcome outcome = NOTHING;
    String reason = reason(mart);
    MillraceException error = null;
    try {
      table.refresh();
      EachTable.requireRebuild(table);
      if (!reason.isEmpty()) {
        outcome = bring(mart, cut, reason);
      }
      table.reachedRound(cut);
      table.progress().stepped(!outcome.changes().none());
    } catch (MillraceException e) {
      mart.refresh().failed();
      if (EachTable.isFenced(e)) {
        throw e;
      }
      table.progress().failed(e);
      fresh.remove(mart.name());
      error = e;
    }
    if (!reason.isEmpty()) {
      history.add(
          new RefreshHistory.Entry(
              mart.name(),
              cut,
              table.delta().version(),
              started,
              Duration.ofNanos(System.nanoTime() - startedNanos),
              outcome,
              reason,
              error == null ? repointed(mart, outcome.changes()) : 0,
              shard.around().cutLog().committedAt(mart.sources(), cut).orElse(null),
              error == null ? null : error.getMessage()));
    }
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
    boolean committed = false;
    while (!committed) {
      outcome = mart.refresh().refresh(task(mart, cut));
      FactRules.require(shard.duck(), mart.definition(), outcome.changes());
      committed = table.commit(outcome.changes(), watermark(mart, cut), table.definitionChanged());
    }
    ChangeLog log = logs.get(mart.name());
    if (!outcome.changes().none()) {
      changedAt.put(mart.name(), cut);
      if (log != null) {
        log.add(signed(mart, outcome.changes().relation()), cut);
      }
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
  private String reason(Mart mart) {
    if (!fresh.contains(mart.name())) {
      return "no state";
    }
    if (mart.table().nextRebuild().isPresent()) {
      return REBUILD;
    }
    if (mart.definition().usesNow()) {
      return "time moved";
    }
    return changed(mart).isEmpty() ? "" : "inputs changed";
  }

  private Set<TableName> changed(Mart mart) {
    Set<TableName> changed = new HashSet<>();
    for (TableName input : mart.inputs()) {
      InputMirror mirror = mirrors.get(input);
      long at = mirror != null ? mirror.changedAt() : changedAt.getOrDefault(input, -1L);
      if (at > mart.table().through()) {
        changed.add(input);
      }
    }
    return changed;
  }

  private Refresh.Task task(Mart mart, long cut) {
    return new Refresh.Task(
        cut,
        shard.around().cutLog().cut(cut).at(),
        changed(mart),
        this::relation,
        input -> changes(input, mart.table().through(), cut));
  }

  private Optional<String> changes(TableName input, long after, long to) {
    ChangeLog log = Objects.requireNonNull(logs.get(input));
    return log.coversAfter(after) ? Optional.of(log.between(after, to)) : Optional.empty();
  }

  /** What stands in FROM for an input: its columns, whatever else is kept beside them. */
  private String relation(TableName input) {
    InputMirror mirror = mirrors.get(input);
    return mirror != null
        ? mirror.relation()
        : "(SELECT %s FROM %s)"
            .formatted(
                Sql.names(mart(input).definition().schema().names()), WrittenTable.relation(input));
  }

  private Watermark watermark(Mart mart, long cut) {
    Map<String, Long> positions = new TreeMap<>();
    Map<String, String> ids = new TreeMap<>();
    for (TableName input : mart.inputs()) {
      InputMirror mirror = mirrors.get(input);
      positions.put(
          input.toString(),
          mirror != null ? mirror.position().version() : mart(input).table().delta().version());
      ids.put(
          input.toString(),
          mirror != null ? mirror.position().tableId() : mart(input).table().delta().id());
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

  @Override
  public void close() {
    history.append();
  }
}
