package io.millrace.cli.position;

import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Lake;
import io.millrace.lake.ShardPosition;
import io.millrace.lake.ShardPositions;
import io.millrace.lake.TableHistory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The positions of tables, from the lake alone. Positions are read before the tables are opened, so
 * that no table is behind what its position says. One thread.
 */
public final class LakePositions {
  private static final long VERSIONS_LOOKED_AT = 64;

  private final Lake lake;
  private final List<ShardPosition> shards;
  private final Map<TableName, DeltaTable> open = new TreeMap<>();

  /** Reads what the shards say now. */
  public LakePositions(Lake lake) {
    this.lake = lake;
    this.shards = new ShardPositions(lake).readAll();
  }

  /**
   * The table, at the version that it had when it was first asked for.
   *
   * @throws MillraceException CLI-006 when the lake does not have it
   */
  public DeltaTable table(TableName name) {
    if (!lake.exists(name)) {
      throw new MillraceException(
          CliError.CLI_006_TABLE_UNKNOWN,
          "the lake "
              + lake.root()
              + " has no table "
              + name
              + ". It has: "
              + lake.tables().stream()
                  .map(TableName::toString)
                  .reduce((a, b) -> a + ", " + b)
                  .orElse("none; services make them when they start")
              + ".");
    }
    return open.computeIfAbsent(name, lake::open);
  }

  /** How far the table is. */
  public TablePosition of(TableName name) {
    DeltaTable table = table(name);
    long at = table.watermark().cut();
    Set<Long> rounds = new TreeSet<>();
    for (ShardPosition shard : shards) {
      if (shard.tables().contains(name.toString())) {
        at = Math.max(at, through(shard, name));
        rounds.addAll(shard.rounds().getOrDefault(name.toString(), List.of()));
      }
    }
    if (Service.of(name) != Service.MARTS) {
      return TablePosition.everywhere(name, at);
    }
    rounds.add(at);
    rounds.addAll(shownUpTo(table, table.version()));
    return TablePosition.atRounds(name, at, rounds);
  }

  /** How far the table is; if a version of it, however old, shows this cut, it is right there. */
  public TablePosition of(TableName name, long cut) {
    TablePosition now = of(name);
    if (!now.byRounds() || now.isRightAt(cut) || cut < 0 || cut > now.at()) {
      return now;
    }
    TableHistory history = table(name).history();
    try {
      OptionalLong version = history.versionAt(cut);
      if (version.isPresent() && history.watermarkAt(version.getAsLong()).cut() == cut) {
        Set<Long> rounds = new TreeSet<>(now.rounds());
        rounds.add(cut);
        return TablePosition.atRounds(name, now.at(), rounds);
      }
    } catch (MillraceException e) {
      if (e.errorCode() != LakeError.LK_011_HISTORY_GONE) {
        throw e;
      }
    }
    return now;
  }

  /**
   * How far the table was at a time: through the cut before the next that changed it.
   *
   * @throws MillraceException CLI-005 when its log begins later
   */
  public TablePosition of(TableName name, Instant time) {
    TablePosition now = of(name);
    DeltaTable table = table(name);
    long version =
        table
            .history()
            .versionAt(time)
            .orElseThrow(() ->
                new MillraceException(
                    CliError.CLI_005_NO_COMMON_CUT,
                    "the log of table " + name + " begins after " + time + "."));
    long shown = table.history().watermarkAt(version).cut();
    long at = now.at();
    for (long v = version + 1; v <= table.version(); v++) {
      long next = table.history().watermarkAt(v).cut();
      if (next > shown) {
        at = next - 1;
        break;
      }
    }
    if (!now.byRounds()) {
      return TablePosition.everywhere(name, at);
    }
    Set<Long> rounds = new TreeSet<>(now.rounds());
    rounds.addAll(shownUpTo(table, version));
    return TablePosition.atRounds(name, at, rounds);
  }

  /** Cuts that some versions up to one show. */
  private static Set<Long> shownUpTo(DeltaTable table, long version) {
    Set<Long> cuts = new TreeSet<>();
    for (long v = version; v > Math.max(-1, version - VERSIONS_LOOKED_AT); v--) {
      Long cut = shownBy(table, v);
      if (cut == null) {
        break;
      }
      cuts.add(cut);
    }
    cuts.remove(-1L);
    return cuts;
  }

  /** The cut through which the table's changes have been announced; empty when no shard says. */
  public OptionalLong announced(TableName name) {
    return shards.stream()
        .filter(shard -> shard.tables().contains(name.toString()))
        .mapToLong(shard -> through(shard, name))
        .min();
  }

  private static long through(ShardPosition shard, TableName name) {
    Long behind = shard.behind().get(name.toString());
    return behind == null ? shard.through() : behind;
  }

  /** Null when the log no longer holds the version. */
  private static @Nullable Long shownBy(DeltaTable table, long version) {
    try {
      return table.history().watermarkAt(version).cut();
    } catch (MillraceException e) {
      return null;
    }
  }
}
