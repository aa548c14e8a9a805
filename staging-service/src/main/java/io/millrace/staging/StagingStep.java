package io.millrace.staging;

import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.StagingError;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Watermark;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.shard.TableStep;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.StagingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One staging table brought to one cut: <em>plan -> read -> apply -> set aside -> commit ->
 * publish</em>. What its rows are of the changes so far: {@link StagedRows}.
 */
final class StagingStep implements TableStep {
  private final Shard shard;
  private final StagingTable definition;
  private final WrittenTable table;
  private final String topic;
  private final RawBatch batch;
  private final StagedRows staged;
  private final Refusals refused;
  private final SetAside setAside;
  private final Openings openings;

  private StagingStep(Shard shard, StagingTable definition, WrittenTable table, String topic) {
    this.shard = shard;
    this.definition = definition;
    this.table = table;
    this.topic = topic;
    this.batch = new RawBatch(shard, definition, topic);
    this.staged = new StagedRows(shard.duck(), definition);
    this.refused = new Refusals(shard.duck());
    this.setAside = SetAside.of(shard, table.name(), topic);
    this.openings = Openings.of(shard, definition, topic);
  }

  static StagingStep open(Shard shard, StagingTable definition) {
    String topic = shard.around().names().raw(definition.source(), definition.resource());
    WrittenTable table = WrittenTable.open(shard, definition, Optional.empty());
    return new StagingStep(shard, definition, table, topic);
  }

  /**
   * What a step takes.
   *
   * @param cut the cut it brings the table to
   * @param read the cuts whose ranges it reads for it
   * @param whole whether they hold the whole resource, so that rows not in them are gone
   */
  private record Plan(FoldedCut cut, List<FoldedCut> read, boolean whole) {}

  @Override
  public WrittenTable table() {
    return table;
  }

  @Override
  public boolean step() throws InterruptedException {
    Optional<Plan> plan = plan();
    if (plan.isEmpty()) {
      return false;
    }
    take(plan.get());
    return true;
  }

  private void take(Plan plan) throws InterruptedException {
    boolean committed = false;
    long before = table.delta().version();
    while (!committed) {
      refused.begin();
      batch.read(plan.read(), refused);
      staged.apply(batch.relation(), plan.whole(), refused);
      setAside.send(refused, ranges(plan), plan.cut().number());
      RowDiff.Changes changes =
          staged.diff(table.diff(definition.schema().key()), table.mirror().relation());
      committed = table.commit(changes, watermark(plan), table.definitionChanged());
    }
    table.readTo(topic, end(plan));
    table.progress().stepped(table.delta().version() != before);
  }

  private List<OffsetRange> ranges(Plan plan) {
    return plan.read().stream().flatMap(c -> RawBatch.ranges(c, topic).stream()).toList();
  }

  /** Where the ranges that it reads end. */
  private long end(Plan plan) {
    List<OffsetRange> ranges = ranges(plan);
    return ranges.isEmpty() ? 0 : ranges.getLast().getEnd();
  }

  /**
   * The next cut with ranges of the topic, or a rebuild; without either the table is at the log's
   * end, as it was when this looked first: what has come since is for the next step, or a rebuild
   * could be passed over that lies before it.
   */
  private Optional<Plan> plan() {
    long logEnd = shard.around().cutLog().end() - 1;
    Optional<FoldedCut> rebuild = table.nextRebuild().filter(c -> c.number() <= logEnd);
    if (rebuild.isPresent()) {
      Optional<FoldedCut> before =
          nextWithRanges().filter(c -> c.number() < rebuild.get().number());
      if (table.definitionChanged() || before.isEmpty()) {
        return rebuildPlan(rebuild.get(), logEnd);
      }
    }
    Optional<FoldedCut> next = nextWithRanges().filter(c -> c.number() <= logEnd);
    if (next.isEmpty()) {
      table.reached(logEnd);
      table
          .progress()
          .waiting(table.through() < 0 ? "the snapshot of " + definition.source() : null);
      return Optional.empty();
    }
    return next.map(cut -> new Plan(cut, List.of(cut), false));
  }

  /** A table without state starts at an opening cut of its resource. */
  private Optional<FoldedCut> nextWithRanges() {
    CutLog log = shard.around().cutLog();
    if (table.delta().watermark().cut() >= 0) {
      return log.nextWithRanges(topic, table.through());
    }
    Optional<FoldedCut> first = openings.first(Long.MAX_VALUE);
    if (first.isPresent()) {
      return log.nextWithRanges(topic, Math.max(table.through(), first.get().number() - 1));
    }
    if (log.nextWithRanges(topic, -1).isPresent()) {
      throw noOpening();
    }
    return Optional.empty();
  }

  /**
   * All from an opening cut up to the order. An order that came before the image that it needs is
   * carried out with that image.
   */
  private Optional<Plan> rebuildPlan(FoldedCut order, long logEnd) {
    Optional<FoldedCut> first =
        openings.firstHeld(order.number()).or(() -> openings.firstHeld(logEnd + 1));
    if (first.isEmpty()) {
      if (shard.around().cutLog().nextWithRanges(topic, -1).isPresent()) {
        return refuse(order, noOpening());
      }
      table.progress().waiting("the snapshot of " + definition.source());
      return Optional.empty();
    }
    if (!Rebuild.of(order).loseHistory()) {
      Optional<MillraceException> lost =
          openings.lost(
              shard.duck(), table.delta().schema().key(), table.mirror().relation(), first.get());
      if (lost.isPresent()) {
        return refuse(order, lost.get());
      }
    }
    if (first.get().number() > order.number()) {
      return Optional.of(new Plan(first.get(), List.of(first.get()), true));
    }
    List<FoldedCut> read = new ArrayList<>();
    Optional<FoldedCut> cut = first;
    while (cut.isPresent() && cut.get().number() < order.number()) {
      read.add(cut.get());
      cut = shard.around().cutLog().nextWithRanges(topic, cut.get().number());
    }
    return Optional.of(new Plan(order, read, true));
  }

  /** The table goes on as it is, or, where its statement has changed, waits for another order. */
  private Optional<Plan> refuse(FoldedCut order, MillraceException why) {
    table.refuse(order, why.getMessage());
    if (table.definitionChanged() && table.nextRebuild().isEmpty()) {
      throw why;
    }
    return plan();
  }

  private MillraceException noOpening() {
    return new MillraceException(
        StagingError.STG_002_NO_OPENING_CUT,
        "table "
            + table.name()
            + ": no cut in the log begins with a full image of "
            + definition.source()
            + "."
            + definition.resource()
            + " whose records are still held, so the table cannot be made. Take a new snapshot of"
            + " the source: remove its replication slot state and start ingest with a new source"
            + " name, or restore the topic.");
  }

  private Watermark watermark(Plan plan) {
    return new Watermark(
        plan.cut().number(),
        Map.of(topic, end(plan)),
        shard.around().topics().knownIds(List.of(topic, shard.around().names().cuts())),
        Map.of(),
        0,
        0,
        definition.definition(),
        "");
  }

  @Override
  public void close() {
    // All it holds belongs to the shard.
  }
}
