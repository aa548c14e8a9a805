package io.millrace.warehouse;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import java.util.List;

/**
 * Columns that every raw relation has beside those of its source; they are read by name only,
 * {@code *} leaves them out.
 */
public final class PseudoColumns {
  /** The change's operation: c, u, d or r. */
  public static final Column OP = new Column("_op", DataType.Simple.VARCHAR, false);

  /** When the source committed the change. */
  public static final Column COMMITTED_AT =
      new Column("_committed_at", DataType.Simple.TIMESTAMPTZ, false);

  /** The number of the cut that announced it. */
  public static final Column CUT = new Column("_cut", DataType.Simple.BIGINT, false);

  /** Its offset in the raw topic. */
  public static final Column POSITION = new Column("_position", DataType.Simple.BIGINT, false);

  /** All four. */
  public static final List<Column> ALL = List.of(OP, COMMITTED_AT, CUT, POSITION);

  private PseudoColumns() {}
}
