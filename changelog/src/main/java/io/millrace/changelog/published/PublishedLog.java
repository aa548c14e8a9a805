package io.millrace.changelog.published;

import io.millrace.changelog.News;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.Behind;
import io.millrace.contracts.wire.Published;
import io.millrace.contracts.wire.PublishedVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What services have said of their tables, folded by maximum: every statement stays true. A table
 * is known from the first statement that names it; from then on it is at {@code through} of each
 * statement of its shard that does not list it under {@code behind}. Of its versions the newest
 * 10,000 are held: a follower further behind finds a gap and reads the change feed. A table that
 * was dropped and made again has another id: what was said of the former one is forgotten.
 *
 * <p>One thread appends, any number read and wait.
 */
public final class PublishedLog {
  private static final int VERSIONS_HELD = 10_000;
  private static final int CUTS_HELD = 512;

  private final int shards;
  private final News news;
  private final Map<String, Long> through = new HashMap<>();
  private final NavigableMap<TableName, Follow> tables = new TreeMap<>();
  private final Map<Integer, Long> positions = new HashMap<>();

  /** A table as known from statements. */
  private static final class Follow {
    private long through = -1;
    private final NavigableSet<Long> right = new TreeSet<>();
    private final NavigableMap<Long, TableVersion> versions = new TreeMap<>();

    private boolean isOf(String tableId) {
      return versions.isEmpty() || versions.lastEntry().getValue().tableId().equals(tableId);
    }
  }

  /**
   * @param shards the partition count of the publications' topic
   * @param news told whenever there is a statement
   */
  public PublishedLog(int shards, News news) {
    this.shards = shards;
    this.news = news;
  }

  /** Folds the next statement, which stands at that place of the publications' topic. */
  public synchronized void append(int partition, long offset, Published statement) {
    String shard = key(statement.getService(), statement.getShard());
    through.merge(shard, statement.getThrough(), Math::max);
    Map<TableName, Long> behind = new HashMap<>();
    for (Behind late : statement.getBehind()) {
      TableName table = TableName.parse(late.getTable());
      behind.put(table, late.getThrough());
      tables.computeIfAbsent(table, t -> new Follow());
    }
    for (PublishedVersion entry : statement.getTables()) {
      Follow follow =
          Objects.requireNonNull(
              tables.compute(
                  TableName.parse(entry.getTable()),
                  (t, known) ->
                      known != null && known.isOf(entry.getTableId()) ? known : new Follow()));
      follow.versions.put(
          entry.getVersion(),
          new TableVersion(
              entry.getTableId(),
              entry.getAfter(),
              entry.getVersion(),
              entry.getCut(),
              Optional.ofNullable(entry.getRanges())));
      if (follow.versions.size() > VERSIONS_HELD) {
        follow.versions.pollFirstEntry();
      }
    }
    tables.forEach((table, follow) -> {
      if (key(Service.of(table).id(), Service.shardOf(table, shards)).equals(shard)) {
        long at = behind.getOrDefault(table, statement.getThrough());
        follow.through = Math.max(follow.through, at);
        if (at >= 0) {
          follow.right.add(at);
        }
        if (follow.right.size() > CUTS_HELD) {
          follow.right.pollFirst();
        }
      }
    });
    positions.put(partition, offset + 1);
    notifyAll();
    news.tell();
  }

  private static String key(String service, int shard) {
    return service + "/" + shard;
  }

  /** The cut that the table is right through, -1 if nothing was said of it. */
  public synchronized long through(TableName table) {
    Follow follow = tables.get(table);
    return follow == null ? -1 : follow.through;
  }

  /**
   * The newest cuts, from one on, that the table was said to be right at: all that count of a table
   * that is right at its rounds' cuts only.
   */
  public synchronized NavigableSet<Long> rightFrom(TableName table, long cut) {
    Follow follow = tables.get(table);
    return follow == null ? new TreeSet<>() : new TreeSet<>(follow.right.tailSet(cut, true));
  }

  /** The cut that the shard has announced itself right through, -1 if it never spoke. */
  public synchronized long through(Service service, int shard) {
    return through.getOrDefault(key(service.id(), shard), -1L);
  }

  /**
   * The tables of a shard that statements have named, with the cuts that they are right through.
   */
  public synchronized Map<TableName, Long> tables(Service service, int shard) {
    Map<TableName, Long> named = new HashMap<>();
    tables.forEach((table, follow) -> {
      if (Service.of(table) == service && Service.shardOf(table, shards) == shard) {
        named.put(table, follow.through);
      }
    });
    return named;
  }

  /** Whether any statement named the table. */
  public synchronized boolean knows(TableName table) {
    return tables.containsKey(table);
  }

  /**
   * What a follower at a version has to do, as of one statement: with two questions a version could
   * be announced in between, and a follower would take itself to be where that version is missing.
   * Ahead of a follower of another table that had the name are all versions, whatever their
   * numbers.
   *
   * @param tableId of the table that it has followed; empty before the first
   */
  public synchronized Ahead ahead(TableName table, String tableId, long version) {
    Follow follow = tables.get(table);
    if (follow == null) {
      return new Ahead(-1, Optional.empty());
    }
    boolean same = tableId.isEmpty() || follow.isOf(tableId);
    return new Ahead(
        follow.through,
        Optional.ofNullable(
                same ? follow.versions.higherEntry(version) : follow.versions.firstEntry())
            .map(Map.Entry::getValue));
  }

  /**
   * What lies ahead of a follower.
   *
   * @param through the cut that the table is right through, -1 if nothing was said of it
   * @param next the first published version above the follower's; of a table with another id, whose
   *     versions are counted anew, the first of all
   */
  public record Ahead(long through, Optional<TableVersion> next) {}

  /** The newest published version of the table at or before the cut. */
  public synchronized Optional<TableVersion> newestAt(TableName table, long cut) {
    Follow follow = tables.get(table);
    if (follow == null) {
      return Optional.empty();
    }
    return follow.versions.descendingMap().values().stream()
        .filter(v -> v.cut() <= cut)
        .findFirst();
  }

  /**
   * Waits until every partition holds offsets below its end; false if it does not within the limit.
   */
  public synchronized boolean awaitEnds(Map<Integer, Long> ends, Duration limit)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!reached(ends)) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  private boolean reached(Map<Integer, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(e -> positions.getOrDefault(e.getKey(), 0L) >= e.getValue());
  }
}
