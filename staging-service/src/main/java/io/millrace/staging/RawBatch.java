package io.millrace.staging;

import io.millrace.changelog.codec.ChangeDecoder;
import io.millrace.changelog.codec.Loaded;
import io.millrace.changelog.codec.Missing;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.StagingError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.lake.Sql;
import io.millrace.shard.Shard;
import io.millrace.warehouse.StagingTable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The raw changes of one cut in DuckDB: the columns that the SELECT reads and the key, {@code _op},
 * {@code _committed_at}, {@code _position}, {@code _part}; one row a record.
 */
final class RawBatch {
  /** The temporary table. */
  static final String RELATION = "raw_batch";

  private final Shard shard;
  private final StagingTable definition;
  private final String topic;
  private final ChangeDecoder decoder;
  private List<Refusal> undecodable = List.of();
  private boolean truncated;
  private long firstPosition;

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
   * Reads exactly these ranges.
   *
   * @param whole whether they are to hold the whole resource
   */
  void read(List<OffsetRange> ranges, boolean whole) {
    Loaded loaded;
    try {
      loaded =
          decoder.load(
              shard.duck(),
              RELATION,
              shard.around().allocator(),
              shard.reader().read(topic, ranges));
    } catch (MillraceException e) {
      throw columnChanged(e);
    }
    undecodable =
        loaded.undecodable().stream()
            .map(u -> new Refusal(u.offset(), Refusal.Stage.DECODE, u.code(), u.message()))
            .toList();
    long truncate =
        Sql.number(
            shard.duck(),
            "SELECT coalesce(max(_position), -1) FROM " + RELATION + " WHERE _op = 't'");
    truncated = whole || truncate >= 0;
    firstPosition = truncate + 1;
  }

  private MillraceException columnChanged(MillraceException e) {
    if (e.errorCode() != ChangelogError.CL_007_COLUMN_MISSING
        && e.errorCode() != ChangelogError.CL_008_COLUMN_RETYPED) {
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

  /** Records that do not decode. */
  List<Refusal> undecodable() {
    return undecodable;
  }

  /** Whether rows of the table that are not in the batch are gone. */
  boolean truncated() {
    return truncated;
  }

  /** Records before it do not count: a truncate came after them. */
  long firstPosition() {
    return firstPosition;
  }
}
