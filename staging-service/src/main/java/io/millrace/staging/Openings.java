package io.millrace.staging;

import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.StagingError;
import io.millrace.lake.Sql;
import io.millrace.shard.Shard;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.StagingTable.Rows;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * The cuts that begin with a full image of a resource. A table of latest or of appended rows begins
 * at the newest one, a history at the oldest whose records the topic still holds.
 *
 * @param topic the raw topic
 * @param held the first offset that the topic holds
 */
record Openings(CutLog log, StagingTable definition, String topic, LongSupplier held) {

  static Openings of(Shard shard, StagingTable definition, String topic) {
    return new Openings(
        shard.around().cutLog(),
        definition,
        topic,
        () -> shard.around().topics().start(new TopicPartition(topic, 0)));
  }

  /** Where a table begins that shall contain what was before a cut. */
  Optional<FoldedCut> first(long cut) {
    List<FoldedCut> before = all().stream().filter(c -> c.number() < cut).toList();
    Optional<FoldedCut> newest =
        before.isEmpty() ? Optional.empty() : Optional.of(before.getLast());
    if (definition.rows() != Rows.HISTORY) {
      return newest;
    }
    long least = held.getAsLong();
    return before.stream().filter(c -> start(c) >= least).findFirst().or(() -> newest);
  }

  /** As {@link #first}, if the topic still holds its records. */
  Optional<FoldedCut> firstHeld(long cut) {
    return first(cut).filter(c -> start(c) >= held.getAsLong());
  }

  /**
   * What to say when a history that begins at this cut misses images that the table has. Of a table
   * whose rows were told apart otherwise, nothing but the first image of all is enough.
   *
   * @param key what tells the table's rows apart now
   * @param rows relation of them
   */
  Optional<MillraceException> lost(
      Connection duck, List<String> key, String rows, FoldedCut first) {
    if (definition.rows() != Rows.HISTORY || all().getFirst().number() == first.number()) {
      return Optional.empty();
    }
    boolean lost =
        !key.equals(definition.schema().key())
            || Sql.number(
                    duck,
                    "SELECT count(*) FROM %s WHERE %s < %d"
                        .formatted(rows, Sql.name(key.getFirst()), start(first)))
                > 0;
    return lost
        ? Optional.of(
            new MillraceException(
                StagingError.STG_005_HISTORY_GONE,
                "table "
                    + definition.name()
                    + " is not computed anew: topic "
                    + topic
                    + " no longer holds all images that the table has, the oldest are of cut "
                    + first.number()
                    + ". To lose the others, run: millrace rebuild "
                    + definition.name()
                    + " --lose-history"))
        : Optional.empty();
  }

  private List<FoldedCut> all() {
    return log.openings(topic);
  }

  private long start(FoldedCut cut) {
    return RawBatch.ranges(cut, topic).getFirst().getStart();
  }
}
