package io.millrace.changelog.codec;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;

/** What rows a change becomes. */
sealed interface ChangeShape permits RawShape, FeedShape {

  /** All columns: the wanted ones, then those that the shape adds. */
  List<ArrowColumn> columns();

  /** The most rows that one record gives. */
  int rowsPerRecord();

  /** The plan of a writer's envelope. */
  EnvelopePlan compile(Schema envelope);

  /** Completes the rows from {@code firstRow} on, when the whole record has been read. */
  void complete(WireRecord record, AvroCursor in, OpenChange change, int firstRow) throws BadRecord;

  /** A load begins. */
  default void beginLoad() {}

  /** Columns for the wanted ones, none of which may have a name that the shape adds. */
  static List<ArrowColumn> wanted(RowSchema wanted, List<Column> added) {
    List<ArrowColumn> columns = new ArrayList<>();
    for (Column column : wanted.columns()) {
      if (added.stream().anyMatch(a -> a.name().equalsIgnoreCase(column.name()))) {
        throw new MillraceException(
            ChangelogError.CL_009_COLUMN_NAME_RESERVED,
            String.format(
                Locale.ROOT,
                "column %s has the name of one that Millrace adds to every change. Rename it at the"
                    + " source or leave it out.",
                column.name()));
      }
      columns.add(ArrowColumn.of(ArrowTypes.field(column)));
    }
    return columns;
  }
}
