package io.millrace.warehouse;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.util.ArrayList;
import java.util.List;

/** The columns of a raw resource as a SELECT sees them. */
record RawColumns(RowSchema schema) {

  /** With the pseudo columns at the end. */
  List<Column> withPseudo() {
    List<Column> columns = new ArrayList<>(schema.columns());
    columns.addAll(PseudoColumns.ALL);
    return columns;
  }
}
