package io.millrace.staging;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.StagingError;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.lake.Watermark;
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
 * publish</em>. A staged row is a function of the latest source row of its key at the cut.
 */
final class StagingStep implements TableStep {
  private final Shard shard;
  private final StagingTable definition;
  private final WrittenTable table;
  private final String topic;
  private final RawBatch batch;
  private final StagedRows staged;
  private final SetAside setAside;

  private StagingStep(Shard shard, StagingTable definition, WrittenTable table, String topic) {
    this.shard = shard;
    this.definition = definition;
    this.table = table;
    this.topic = topic;
    this.batch = new RawBatch(shard, definition, topic);
    this.staged = new StagedRows(shard.duck(), definition);
    this.setAside = new SetAside(shard, table.name(), topic);
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
   * @param ranges what to read for it
   * @param whole whether the ranges hold the whole resource, so that rows not in them are gone
   */
  private record Plan(FoldedCut cut, List<OffsetRange> ranges, boolean whole) {}

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
      batch.read(plan.ranges(), plan.whole());
      List<Refusal> refused = new ArrayList<>(batch.undecodable());
      refused.addAll(staged.apply(batch, plan.cut().number()));
      setAside.send(refused, plan.ranges(), plan.cut().number());
      committed =
          table.commit(
              staged.diff(table, batch.truncated()), watermark(plan), table.definitionChanged());
    }
    table.readTo(topic, plan.ranges().isEmpty() ? 0 : plan.ranges().getLast().getEnd());
    table.progress().stepped(table.delta().version() != before);
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
        return Optional.of(rebuildPlan(rebuild.get()));
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
    return next.map(cut -> new Plan(cut, cut.ranges().getOrDefault(topic, List.of()), false));
  }

  /** A table without state starts at the newest held opening cut of its resource. */
  private Optional<FoldedCut> nextWithRanges() {
    if (table.delta().watermark().cut() >= 0) {
      return shard.around().cutLog().nextWithRanges(topic, table.through());
    }
    List<FoldedCut> openings = shard.around().cutLog().openings(topic);
    if (!openings.isEmpty()) {
      return shard
          .around()
          .cutLog()
          .nextWithRanges(topic, Math.max(table.through(), openings.getLast().number() - 1));
    }
    if (shard.around().cutLog().nextWithRanges(topic, -1).isPresent()) {
      throw noOpening();
    }
    return Optional.empty();
  }

  private Plan rebuildPlan(FoldedCut order) {
    List<FoldedCut> openings =
        shard.around().cutLog().openings(topic).stream()
            .filter(c -> c.number() < order.number())
            .toList();
    if (openings.isEmpty()) {
      throw noOpening();
    }
    List<OffsetRange> ranges = new ArrayList<>();
    Optional<FoldedCut> cut = Optional.of(openings.getLast());
    while (cut.isPresent() && cut.get().number() < order.number()) {
      ranges.addAll(cut.get().ranges().getOrDefault(topic, List.of()));
      cut = shard.around().cutLog().nextWithRanges(topic, cut.get().number());
    }
    return new Plan(order, ranges, true);
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
            + ", so the table cannot be made. Take a new snapshot of the source: remove its"
            + " replication slot state and start ingest with a new source name, or restore the"
            + " topic.");
  }

  private Watermark watermark(Plan plan) {
    long end = plan.ranges().isEmpty() ? 0 : plan.ranges().getLast().getEnd();
    return new Watermark(
        plan.cut().number(),
        Map.of(topic, end),
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
