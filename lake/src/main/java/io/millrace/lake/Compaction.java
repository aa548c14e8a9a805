package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs a table's small files together and writes files with many dead rows anew without them. No
 * row changes, nor does the watermark: readers of older versions keep their files until vacuum, and
 * a writer whose commit is overtaken finds its rows elsewhere and makes its step again. Files that
 * a writer changes while they are packed are left for the next time.
 */
final class Compaction {
  private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);
  private static final String OPERATION = "OPTIMIZE";
  private static final String DEAD = "compacted dead";
  private static final int COMMITS_TRIED_MAX = 20;

  /** Of a rank along the curve, all columns together. */
  private static final int Z_BITS = 20;

  private final Lake lake;
  private final TableName name;
  private final CompactionGoal goal;

  Compaction(Lake lake, TableName name, CompactionGoal goal) {
    this.lake = lake;
    this.name = name;
    this.goal = goal;
  }

  /** Files that become others with the same live rows. */
  private record Packed(List<LiveFile> before, List<LiveFile> after) {}

  /** Whether a table's files are many enough, or dead enough, to be worth it. */
  static boolean due(Collection<LiveFile> files, CompactionGoal goal) {
    List<LiveFile> small = files.stream().filter(goal::small).toList();
    return (small.size() > goal.smallFilesMax() && saved(small, goal) >= goal.smallFilesMax())
        || files.stream().anyMatch(f -> goal.worn(f) && !goal.small(f));
  }

  /** How many fewer small files there would be: of each partition one remains in any case. */
  private static long saved(List<LiveFile> small, CompactionGoal goal) {
    return byPartition(small).stream()
        .mapToLong(p -> Math.max(0, candidates(p, goal).size() - 1))
        .sum();
  }

  private static Collection<List<LiveFile>> byPartition(Collection<LiveFile> files) {
    return files.stream().collect(Collectors.groupingBy(LiveFile::partition)).values();
  }

  Compacted run(Connection duck) {
    TableVersion start = TableVersion.newest(lake, name);
    List<Packed> packed = new ArrayList<>();
    for (List<LiveFile> bin : bins(start.live().all())) {
      packed.add(pack(duck, start, bin));
    }
    for (int i = 0; i < COMMITS_TRIED_MAX; i++) {
      TableVersion now = i == 0 ? start : TableVersion.newest(lake, name);
      List<Packed> fitting =
          now.layout().equals(start.layout())
              ? packed.stream().filter(p -> now.holds(p.before())).toList()
              : List.of();
      if (fitting.isEmpty()) {
        return Compacted.nothing(now.version());
      }
      if (committed(now, fitting)) {
        return result(now.version() + 1, fitting);
      }
    }
    throw new MillraceException(
        LakeError.LK_007_COMMIT_FAILED,
        Text.of(
            "compaction of table %s was overtaken by other commits %d times. Nothing changed; try"
                + " when its writer is less busy.",
            name, COMMITS_TRIED_MAX));
  }

  private static Compacted result(long version, List<Packed> packed) {
    List<LiveFile> before = packed.stream().flatMap(p -> p.before().stream()).toList();
    List<LiveFile> after = packed.stream().flatMap(p -> p.after().stream()).toList();
    return new Compacted(
        version,
        before.size(),
        after.size(),
        before.stream().mapToLong(LiveFile::sizeBytes).sum(),
        after.stream().mapToLong(LiveFile::sizeBytes).sum(),
        before.stream().mapToLong(f -> f.dead().getLongCardinality()).sum());
  }

  private boolean committed(TableVersion now, List<Packed> packed) {
    FileChanges changes =
        new FileChanges(
            packed.stream().flatMap(p -> p.before().stream()).toList(),
            List.of(),
            packed.stream().flatMap(p -> p.after().stream()).toList(),
            List.of());
    try {
      now.commit(changes, OPERATION, Optional.empty());
      return true;
    } catch (RuntimeException e) {
      if (isIn(now.version() + 1, changes)) {
        return true;
      }
      LOG.info("compaction of {} was overtaken at version {}", name, now.version() + 1);
      return false;
    }
  }

  /** Whether a version, whose commit may have failed only seemingly, is ours. */
  private boolean isIn(long version, FileChanges changes) {
    return lake.folder(name)
        .log()
        .read(version)
        .filter(c -> paths(c.removed()).containsAll(named(changes.removed())))
        .filter(c -> paths(c.added()).containsAll(named(changes.added())))
        .isPresent();
  }

  private static Set<String> paths(List<CommitLog.FileAction> actions) {
    return actions.stream().map(CommitLog.FileAction::path).collect(Collectors.toSet());
  }

  private static List<String> named(List<LiveFile> files) {
    return files.stream().map(LiveFile::path).toList();
  }

  /** Sets of files worth writing anew, each of one partition and about one file's size. */
  private List<List<LiveFile>> bins(Collection<LiveFile> files) {
    return byPartition(files).stream().flatMap(p -> binsOfPartition(p).stream()).toList();
  }

  private List<List<LiveFile>> binsOfPartition(List<LiveFile> files) {
    if (!goal.clusterBy().isEmpty()) {
      return List.of(files);
    }
    List<List<LiveFile>> bins = new ArrayList<>();
    List<LiveFile> bin = new ArrayList<>();
    long bytes = 0;
    for (LiveFile file : candidates(files, goal)) {
      if (!bin.isEmpty() && bytes + file.sizeBytes() > goal.fileBytes()) {
        bins.add(bin);
        bin = new ArrayList<>();
        bytes = 0;
      }
      bin.add(file);
      bytes += file.sizeBytes();
    }
    bins.add(bin);
    return bins.stream().filter(b -> b.size() > 1 || b.stream().anyMatch(goal::worn)).toList();
  }

  /**
   * Files worth writing anew, by size: those that are small, or large beside them, and worn ones.
   */
  private static List<LiveFile> candidates(List<LiveFile> files, CompactionGoal goal) {
    List<LiveFile> bySize =
        files.stream()
            .filter(f -> goal.small(f) || goal.worn(f))
            .sorted(Comparator.comparingLong(LiveFile::sizeBytes))
            .toList();
    int ripe = ripe(bySize, goal);
    return IntStream.range(0, bySize.size())
        .filter(i -> i < ripe || goal.worn(bySize.get(i)))
        .mapToObj(bySize::get)
        .toList();
  }

  /**
   * How many of these files, the smallest first, end with one that is ripe to join those before.
   */
  private static int ripe(List<LiveFile> bySize, CompactionGoal goal) {
    int ripe = 0;
    long bytesBefore = 0;
    for (int i = 0; i < bySize.size(); i++) {
      if (goal.ripe(bySize.get(i).sizeBytes(), bytesBefore)) {
        ripe = i + 1;
      }
      bytesBefore += bySize.get(i).sizeBytes();
    }
    return ripe;
  }

  private Packed pack(Connection duck, TableVersion version, List<LiveFile> bin) {
    TableLayout layout = version.layout();
    TableScan scan = new TableScan(lake.folder(name), layout, bin);
    String select = ordered(scan.rows(duck, DEAD), layout);
    List<DataFiles.Written> written =
        lake.folder(name).dataFiles().rows(duck, layout, select, goal.fileBytes());
    Sql.run(duck, "DROP TABLE IF EXISTS temp.main." + Sql.name(DEAD));
    List<LiveFile> after = written.stream().map(LiveFile::of).toList();
    requireSameRows(bin, after);
    return new Packed(bin, after);
  }

  /**
   * The rows in the order that their files are to have: by one column, by the key, or, by several
   * columns alike, along a Z-curve through their ranks, so that a file is narrow in all of them.
   */
  private String ordered(String rows, TableLayout layout) {
    List<String> by = goal.clusterBy();
    if (by.size() > 1) {
      return rows + " ORDER BY " + zOrder(by);
    }
    List<String> order = by.isEmpty() ? layout.key() : by;
    return order.isEmpty() ? rows : rows + " ORDER BY " + Sql.names(order);
  }

  private static String zOrder(List<String> columns) {
    int bits = Z_BITS / columns.size();
    List<String> parts = new ArrayList<>();
    for (int column = 0; column < columns.size(); column++) {
      String rank =
          Text.of("(ntile(%d) OVER (ORDER BY %s) - 1)", 1 << bits, Sql.name(columns.get(column)));
      for (int bit = 0; bit < bits; bit++) {
        parts.add(Text.of("(((%s >> %d) & 1) << %d)", rank, bit, bit * columns.size() + column));
      }
    }
    return String.join(" + ", parts);
  }

  /** A defect here would lose rows for good, so the counts are held against each other. */
  private void requireSameRows(List<LiveFile> before, List<LiveFile> after) {
    if (before.stream().anyMatch(f -> f.rows() < 0)) {
      return;
    }
    long expected = before.stream().mapToLong(f -> f.rows() - f.dead().getLongCardinality()).sum();
    long found = after.stream().mapToLong(LiveFile::rows).sum();
    if (expected != found) {
      throw new MillraceException(
          LakeError.LK_009_CHANGES_INVALID,
          Text.of(
              "compaction of table %s read %d rows where the log tells %d. Nothing was committed;"
                  + " is one of these files damaged: %s?",
              name,
              found,
              expected,
              before.stream().map(LiveFile::path).limit(5).collect(Collectors.joining(", "))));
    }
  }
}
