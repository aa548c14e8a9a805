package io.millrace.shard;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.contracts.wire.PublishedVersion;
import io.millrace.lake.ChangeFeed.FeedVersion;
import io.millrace.lake.CommitResult;
import io.millrace.lake.Compacted;
import io.millrace.lake.CompactionGoal;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Evolution;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.warehouse.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * A table that this shard writes: its Delta table, the mirror of its rows, and how far it has been
 * published. Commit and publication go together here, so that nothing is committed and forgotten.
 * Used by the shard's loop alone.
 */
public final class WrittenTable {
  private static final Logger LOG = Logger.getLogger(WrittenTable.class);
  private static final CompactionGoal FILES = CompactionGoal.amidWork();
  private static final int ROUNDS_KEPT = 512;
  private static final String FEED = "published_feed";

  /** Table property: the next cut when the table was made. */
  private static final String CREATED = "millrace.created";

  private final Shard shard;
  private final Table definition;
  private final DeltaTable delta;
  private final TablePublisher publisher;
  private final TableProgress progress;
  private final NavigableSet<Long> rounds = new TreeSet<>();
  private final List<PublishedVersion> published = new ArrayList<>();
  private final Map<TopicPartition, Long> topicOffsets = new HashMap<>();
  private final Mirror mirror;
  private final long created;
  private long through;
  private long refused = -1;
  private long lastPublished;

  /** The table's version up to which all that was committed has been published. */
  private long looked;

  private WrittenTable(Shard shard, Table definition, DeltaTable delta) {
    this.shard = shard;
    this.definition = definition;
    this.delta = delta;
    this.publisher = new TablePublisher(shard, definition);
    this.created = created(delta);
    Optional<TableVersion> newest =
        shard
            .around()
            .published()
            .newestAt(definition.name(), Long.MAX_VALUE)
            .filter(v -> v.tableId().equals(delta.id()));
    this.lastPublished = newest.map(TableVersion::version).orElse(-1L);
    this.through =
        Math.max(
            delta.watermark().cut(),
            newest.map(v -> shard.around().published().through(definition.name())).orElse(-1L));
    Sql.run(shard.duck(), "CREATE SCHEMA IF NOT EXISTS " + Sql.name(definition.name().schema()));
    this.mirror = Mirror.load(shard.duck(), delta, relation(definition.name()));
    this.progress = new TableProgress(shard, this);
  }

  /**
   * Opens the table, or creates it as version 0 at cut -1, and publishes what was committed but not
   * announced.
   *
   * @param firstRows SELECT of the rows that version 0 holds, if any
   */
  public static WrittenTable open(Shard shard, Table definition, Optional<String> firstRows) {
    Lake lake = shard.around().lake();
    DeltaTable delta =
        lake.exists(definition.name())
            ? lake.open(definition.name())
            : create(shard, definition, firstRows);
    requireSameTopics(shard, delta);
    delta.requirePartitionedBy(definition.partitionBy());
    WrittenTable table = new WrittenTable(shard, definition, delta);
    table.publishMissed();
    return table;
  }

  private static DeltaTable create(Shard shard, Table definition, Optional<String> firstRows) {
    Lake lake = shard.around().lake();
    TableSpec spec =
        new TableSpec(
            definition.schema(),
            definition.partitionBy(),
            Map.of(CREATED, String.valueOf(shard.around().cutLog().end())));
    Watermark first = Watermark.at(-1, definition.definition());
    return firstRows.isPresent()
        ? lake.create(definition.name(), spec, first, shard.duck(), firstRows.get())
        : lake.create(definition.name(), spec, first);
  }

  /** The mirror's relation in DuckDB: schema and name of the table, quoted. */
  public static String relation(TableName table) {
    return Sql.name(table.schema()) + "." + Sql.name(table.name());
  }

  /** The next cut when a table was made: orders before it are of one that had its name. */
  public static long created(DeltaTable table) {
    return Long.parseLong(table.properties().getOrDefault(CREATED, "0"));
  }

  public TableName name() {
    return definition.name();
  }

  public DeltaTable delta() {
    return delta;
  }

  public Mirror mirror() {
    return mirror;
  }

  /** What it says of itself. */
  public TableProgress progress() {
    return progress;
  }

  /** The cut that it is right through. */
  public long through() {
    return through;
  }

  /** The newest round cuts at which it was right, oldest first; empty for tables without rounds. */
  public List<Long> rounds() {
    return List.copyOf(rounds);
  }

  /** The cuts, from one on, at which it was right; of a table that is right at round cuts only. */
  public NavigableSet<Long> rightFrom(long cut) {
    NavigableSet<Long> right = new TreeSet<>(rounds.tailSet(cut, true));
    if (through >= Math.max(0, cut)) {
      right.add(through);
    }
    return right;
  }

  /** Input positions for lag tools. */
  Map<TopicPartition, Long> topicOffsets() {
    return topicOffsets;
  }

  /** Notes how far an input topic was read. */
  public void readTo(String topic, long end) {
    topicOffsets.put(new TopicPartition(topic, 0), end);
  }

  /** It is right through this cut without a change. */
  public void reached(long cut) {
    through = Math.max(through, cut);
  }

  /** As {@link #reached}, for a table that is right at round cuts only. */
  public void reachedRound(long cut) {
    reached(cut);
    rounds.add(cut);
    if (rounds.size() > ROUNDS_KEPT) {
      rounds.removeFirst();
    }
  }

  /**
   * Whether the statement has changed since the table was written and no {@code rebuild} has
   * applied it yet.
   */
  public boolean definitionChanged() {
    return !delta.watermark().definition().equals(definition.definition());
  }

  /** The next operator's cut above {@link #through} that rebuilds this table. */
  public Optional<FoldedCut> nextRebuild() {
    return nextOrder(order -> !order.isErasure());
  }

  /** The next operator's cut above {@link #through} that is about this table. */
  public Optional<FoldedCut> nextOrder() {
    return nextOrder(_ -> true);
  }

  /** The last operator's cut above {@link #through} that is about this table. */
  public Optional<FoldedCut> newestOrder() {
    Optional<FoldedCut> newest = Optional.empty();
    Optional<FoldedCut> next = orderAfter(through, _ -> true);
    while (next.isPresent()) {
      newest = next;
      next = orderAfter(next.get().number(), _ -> true);
    }
    return newest;
  }

  private Optional<FoldedCut> nextOrder(Predicate<Rebuild> wanted) {
    return orderAfter(Math.max(through, refused), wanted);
  }

  private Optional<FoldedCut> orderAfter(long after, Predicate<Rebuild> wanted) {
    Optional<FoldedCut> cut = shard.around().cutLog().nextOf(shard.operator(name()), after);
    while (cut.isPresent()) {
      Rebuild order = Rebuild.of(cut.get());
      if (order.concerns(name()) && isOfThis(cut.get(), order) && wanted.test(order)) {
        return cut;
      }
      cut = shard.around().cutLog().nextOf(shard.operator(name()), cut.get().number());
    }
    return cut;
  }

  /**
   * Of a table that had the name before, erasures alone count: its inputs may hold who is erased.
   */
  private boolean isOfThis(FoldedCut cut, Rebuild order) {
    return order.isErasure() || cut.number() >= created;
  }

  /**
   * The order, and any before it, is not carried out.
   *
   * @param why with a code; it stands in the log, and in the status until the next order
   */
  public void refuse(FoldedCut order, String why) {
    refused = order.number();
    LOG.error(why);
    progress.refused("the order of cut " + order.number() + " was refused: " + why);
  }

  /**
   * How the table's rows differ from the wanted ones.
   *
   * @param key columns that tell which rows are the same
   */
  public RowDiff diff(List<String> key) {
    return new RowDiff(name(), delta.schema(), definition.schema(), key);
  }

  /**
   * Commits row changes and publishes the version. No changes, no commit, unless {@code
   * evenIfNone}.
   *
   * @return false if the table's files were rearranged by somebody: the mirror is fresh again and
   *     the change must be computed anew
   */
  public boolean commit(RowDiff.Changes changes, Watermark next, boolean evenIfNone) {
    if (changes.none() && !evenIfNone) {
      reached(next.cut());
      return true;
    }
    CommitResult result =
        delta.commit(shard.duck(), mirror, changes, next, Evolution.to(definition.schema()));
    return switch (result) {
      case CommitResult.Moved _ -> {
        refresh(); // publishes rows of an outsider, where they are adopted
        yield false;
      }
      case CommitResult.Committed committed -> {
        publish(committed.version(), next.cut(), changes.relation());
        reached(next.cut());
        progress.committed(committed);
        refresh();
        compactIfDue();
        yield true;
      }
    };
  }

  /**
   * Lets the mirror follow the table, after an error or a commit by somebody else. A commit that
   * seemed to fail and turns out to stand in the log is published here: its rows no longer differ
   * from the wanted ones, so no later commit would tell of it.
   */
  public void refresh() {
    mirror.refresh(shard.duck());
    if (delta.version() > looked) {
      publishMissed();
      reached(delta.watermark().cut());
    }
  }

  /**
   * Packs the files that steps leave behind. Nothing depends on it: it is due again at the next.
   */
  private void compactIfDue() {
    if (!delta.compactionDue(FILES)) {
      return;
    }
    try {
      Compacted done = shard.around().lake().maintenance(name()).compact(shard.duck(), FILES);
      LOG.infof("compacted %s: %d files became %d", name(), done.filesBefore(), done.filesAfter());
    } catch (MillraceException e) {
      LOG.warnf(e, "%s was not compacted; it is tried after the next commit", name());
    }
    delta.refresh();
    refresh();
  }

  /** What was published since the last call, for the next statement. */
  List<PublishedVersion> takePublished() {
    List<PublishedVersion> taken = List.copyOf(published);
    published.clear();
    return taken;
  }

  private void publishMissed() {
    if (lastPublished < 0 && (publisher.hasPublished() || isAnother())) {
      announceExpired();
    }
    for (FeedVersion missed : delta.changes().versions(lastPublished, delta.version())) {
      var _ = delta.changes().load(shard.duck(), missed.version(), FEED);
      publish(missed.version(), missed.watermark().cut(), FEED);
    }
    looked = delta.version();
  }

  /** Whether what was announced is of a table that had the name before. */
  private boolean isAnother() {
    return shard.around().published().newestAt(name(), Long.MAX_VALUE).isPresent();
  }

  /**
   * No announcement of the table is held: its newest version is announced without ranges, so that
   * whoever is not there yet reads the change feed, as far as that is held.
   */
  private void announceExpired() {
    long version = delta.version();
    published.add(
        new PublishedVersion(
            name().toString(), delta.id(), version - 1, version, delta.watermark().cut(), null));
    lastPublished = version;
  }

  private void publish(long version, long cut, String changes) {
    try {
      published.add(publisher.publish(delta, lastPublished, version, cut, changes));
    } catch (RuntimeException e) {
      throw notPublished(version, e);
    }
    lastPublished = version;
    looked = Math.max(looked, version);
  }

  /**
   * Its rows are in the table, so only whoever takes the shard anew finds that they are not told.
   */
  private MillraceException notPublished(long version, RuntimeException cause) {
    return EachTable.isFenced(cause)
        ? (MillraceException) cause
        : new MillraceException(
            ShardError.SHD_008_NOT_PUBLISHED,
            "version %d of table %s is committed, but was not put on its topic (%s). The shard is taken anew, which publishes it."
                .formatted(version, name(), cause.getMessage()),
            cause);
  }

  /** Offsets mean something only in the topics that they were taken from. */
  private static void requireSameTopics(Shard shard, DeltaTable delta) {
    Watermark watermark = delta.watermark();
    Map<String, String> now = shard.around().topics().ids(watermark.topicIds().keySet());
    watermark
        .topicIds()
        .forEach((topic, id) -> {
          if (!id.equals(now.get(topic))) {
            throw replaced(delta, "topic " + topic + " is not the one that it was read from");
          }
        });
    if (watermark.cut() >= shard.around().cutLog().end()) {
      throw replaced(
          delta,
          "it shows cut "
              + watermark.cut()
              + ", but the cut log ends at "
              + (shard.around().cutLog().end() - 1));
    }
  }

  private static MillraceException replaced(DeltaTable delta, String what) {
    return new MillraceException(
        ShardError.SHD_001_TOPIC_REPLACED,
        "table "
            + delta.name()
            + " stops: "
            + what
            + ". A topic was deleted and created again, so offsets mean something else. Restore the"
            + " topic, or begin with an empty lake and other topic-prefix.");
  }
}
