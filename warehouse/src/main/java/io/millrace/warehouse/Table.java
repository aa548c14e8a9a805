package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Path;
import java.util.List;

/** A table of the warehouse: one statement, one file. Immutable; safe for all threads. */
public sealed interface Table permits StagingTable, Dimension, Calendar, DynamicTable {

  TableName name();

  /** Output columns with storable types, in order, and the table's key; a bag has an empty key. */
  RowSchema schema();

  /** The tables it reads, by name, each once; a staging table reads none, it reads a raw topic. */
  List<TableName> inputs();

  /**
   * SHA-256 in hex over everything that decides the table's rows: kind, normalised SELECT, keys,
   * history clauses, output schema. White space, comments, target lag and refresh mode are no part
   * of it.
   */
  String definition();

  /** Columns by whose values its files are kept apart, in order; decides no rows. */
  List<String> partitionBy();

  /** The file of the statement, relative to the warehouse folder. */
  Path file();
}
