package io.millrace.dimension;

import io.millrace.contracts.TableName;
import io.millrace.lake.Watermark;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that a dimension follows: which cut is next, and what a version contains of each. */
final class Inputs {
  private final Shard shard;
  private final Dimension dimension;
  private final WrittenTable table;
  private final Followed own;
  private final Inferring inferring;

  Inputs(Shard shard, Dimension dimension, WrittenTable table, Followed own, Inferring inferring) {
    this.shard = shard;
    this.dimension = dimension;
    this.table = table;
    this.own = own;
    this.inferring = inferring;
  }

  /** The input, and those whose keys become members. */
  List<Followed> all() {
    return Stream.concat(Stream.of(own), inferring.inputs().stream()).toList();
  }

  /**
   * The cut of the next version of any input, once all have reached it. Without one, the table is
   * where its inputs are.
   *
   * @param limit the newest cut that may be taken
   * @return a cut above the limit when there is none
   */
  long plan(long limit) {
    long reached = limit;
    long next = Long.MAX_VALUE;
    for (Followed followed : all()) {
      reached = Math.min(reached, followed.look(limit));
      next = Math.min(next, followed.next());
    }
    if (next <= reached) {
      return next;
    }
    if (all().stream().noneMatch(Followed::lacksEarlier)) {
      table.reached(reached);
    }
    table
        .progress()
        .waiting(
            table.through() < 0
                ? "the first cut of "
                    + all().stream()
                        .map(f -> f.name().toString())
                        .distinct()
                        .collect(Collectors.joining(", "))
                : null);
    return Long.MAX_VALUE;
  }

  /** What is contained of each input once the versions of a cut are. */
  Map<TableName, Position> taken(long cut) {
    Map<TableName, Position> taken = new TreeMap<>();
    for (Followed followed : all()) {
      taken.put(followed.name(), followed.positionAt(cut));
    }
    return taken;
  }

  /** What is contained of each input. */
  Map<TableName, Position> positions() {
    return taken(Long.MIN_VALUE);
  }

  /** What a version shows that contains this much of the inputs. */
  Watermark watermark(long cut, Map<TableName, Position> contained) {
    Map<String, Long> versions = new TreeMap<>();
    Map<String, String> ids = new TreeMap<>();
    contained.forEach((name, position) -> {
      versions.put(name.toString(), position.version());
      ids.put(name.toString(), position.tableId());
    });
    return new Watermark(
        cut,
        versions,
        shard.around().topics().knownIds(List.of(shard.around().names().cuts())),
        ids,
        0,
        0,
        dimension.definition(),
        "");
  }
}
