package io.millrace.staging;

import io.millrace.changelog.codec.ChangeDecoder;
import io.millrace.changelog.codec.Loaded;
import io.millrace.changelog.codec.Missing;
import io.millrace.changelog.codec.WireRecord;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.StagingError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.lake.Sql;
import io.millrace.shard.Shard;
import io.millrace.warehouse.StagingTable;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The raw changes of one cut, or of many, in DuckDB: the columns that the SELECT reads and the key,
 * {@code _op}, {@code _committed_at}, {@code _position}, {@code _part}, {@code _cut}; one row a
 * record.
 */
final class RawBatch {
  private static final String RECORDS = "raw_batch";
  private static final String CUTS = "raw_cuts";
  private static final int CUTS_AT_ONCE = 1_000;

  private final Shard shard;
  private final StagingTable definition;
  private final String topic;
  private final ChangeDecoder decoder;
  private String relation = RECORDS;

  RawBatch(Shard shard, StagingTable definition, String topic) {
    this.shard = shard;
    this.definition = definition;
    this.topic = topic;
    this.decoder =
        ChangeDecoder.raw(shard.around().registry()::byId, wanted(definition), Missing.REFUSE);
  }

  private static RowSchema wanted(StagingTable definition) {
    Set<String> names = new LinkedHashSet<>(definition.usedColumns());
    names.addAll(definition.rawSchema().key());
    List<Column> columns =
        definition.rawSchema().columns().stream().filter(c -> names.contains(c.name())).toList();
    return new RowSchema(columns, definition.rawSchema().key());
  }

  /**
   * Reads exactly the ranges of these cuts.
   *
   * @param refused where records that do not decode are added
   */
  void read(List<FoldedCut> cuts, Refusals refused) {
    List<OffsetRange> ranges = cuts.stream().flatMap(c -> ranges(c, topic).stream()).toList();
    try {
      load(shard.reader().read(topic, ranges), refused);
    } catch (MillraceException e) {
      throw columnChanged(e);
    }
    relation = withCuts(cuts);
  }

  private void load(Iterator<List<WireRecord>> batches, Refusals refused) {
    Portion first = new Portion(batches);
    add(decoder.load(shard.duck(), RECORDS, shard.around().allocator(), first), refused);
    while (batches.hasNext()) {
      Portion next = new Portion(batches);
      add(decoder.append(shard.duck(), RECORDS, shard.around().allocator(), next), refused);
    }
  }

  private static void add(Loaded loaded, Refusals refused) {
    refused.add(
        loaded.undecodable().stream()
            .map(u -> new Refusal(u.offset(), Refusal.Stage.DECODE, u.code(), u.message()))
            .toList());
  }

  /** What a cut announced of a topic. */
  static List<OffsetRange> ranges(FoldedCut cut, String topic) {
    return cut.ranges().getOrDefault(topic, List.of());
  }

  /** Each record with the number of its cut, whichever cut the table is brought to. */
  private String withCuts(List<FoldedCut> cuts) {
    if (cuts.size() == 1) {
      return "(SELECT *, %d::BIGINT AS _cut FROM %s)".formatted(cuts.getFirst().number(), RECORDS);
    }
    Sql.run(shard.duck(), "CREATE OR REPLACE TEMP TABLE " + CUTS + " (_from BIGINT, _cut BIGINT)");
    for (int i = 0; i < cuts.size(); i += CUTS_AT_ONCE) {
      String values =
          cuts.subList(i, Math.min(cuts.size(), i + CUTS_AT_ONCE)).stream()
              .flatMap(c ->
                  ranges(c, topic).stream()
                      .map(r -> "(%d, %d)".formatted(r.getStart(), c.number())))
              .collect(Collectors.joining(", "));
      Sql.run(shard.duck(), "INSERT INTO " + CUTS + " VALUES " + values);
    }
    return "(SELECT r.*, c._cut FROM %s r ASOF JOIN %s c ON r._position >= c._from)"
        .formatted(RECORDS, CUTS);
  }

  /** What was read, as SQL text. */
  String relation() {
    return relation;
  }

  private MillraceException columnChanged(MillraceException e) {
    if (e.errorCode() != ChangelogError.CL_007_COLUMN_MISSING
        && e.errorCode() != ChangelogError.CL_008_COLUMN_RETYPED
        && e.errorCode() != ChangelogError.CL_014_KEY_CHANGED) {
      return e;
    }
    return new MillraceException(
        StagingError.STG_003_RAW_COLUMN_CHANGED,
        "table "
            + definition.name()
            + " stops before this cut: "
            + e.getMessage()
            + " The statement in "
            + definition.file()
            + " reads it: change the statement, then run: millrace rebuild "
            + definition.name(),
        e);
  }
}
