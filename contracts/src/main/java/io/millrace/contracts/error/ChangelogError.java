package io.millrace.contracts.error;

/** Codes of topics: registry, row changes on the wire, the cut log, ranges, publications. */
public enum ChangelogError implements ErrorCode {
  /** The schema registry does not answer, or answers that it cannot now. */
  CL_001_REGISTRY_UNAVAILABLE(Kind.EXTERNAL, Response.RETRY),
  /** A schema id that the registry does not know, or whose schema is not Avro. */
  CL_002_SCHEMA_UNKNOWN(Kind.SOURCE_DATA, Response.DEAD_LETTER),
  /** The registry refuses the request: an incompatible schema, a wrong address, no rights. */
  CL_003_REGISTRY_REFUSED(Kind.CONFIG, Response.STOP),
  /** Bytes without the frame of a magic zero and a schema id. */
  CL_004_NOT_FRAMED(Kind.SOURCE_DATA, Response.DEAD_LETTER),
  /** Bytes that are not what their schema says: cut off, too long, not UTF-8. */
  CL_005_RECORD_MALFORMED(Kind.SOURCE_DATA, Response.DEAD_LETTER),
  /** A value outside its column's range. */
  CL_006_VALUE_DOES_NOT_FIT(Kind.SOURCE_DATA, Response.DEAD_LETTER),
  /** A wanted column that the writer's schema does not have. */
  CL_007_COLUMN_MISSING(Kind.SOURCE_DATA, Response.STOP),
  /** A column whose type in the writer's schema cannot be widened to the wanted one. */
  CL_008_COLUMN_RETYPED(Kind.SOURCE_DATA, Response.STOP),
  /** A column with the name of one that Millrace adds to every change. */
  CL_009_COLUMN_NAME_RESERVED(Kind.CONFIG, Response.STOP),
  /** NULL for a column that is declared without it. */
  CL_010_NULL_NOT_ALLOWED(Kind.SOURCE_DATA, Response.DEAD_LETTER),
  /** A value or a vector of another class than its column's type has. */
  CL_011_VALUE_OF_OTHER_TYPE(Kind.BUG, Response.STOP),
  /** DuckDB or Arrow could not take or give the changes. */
  CL_012_ENGINE_FAILED(Kind.EXTERNAL, Response.STOP),
  /** NULL in a table's column that is declared without it. */
  CL_013_NULL_IN_TABLE(Kind.CONFIG, Response.STOP),
  /** The rows of a raw topic are told apart by other columns than the table was made for. */
  CL_014_KEY_CHANGED(Kind.SOURCE_DATA, Response.STOP),
  /** The cut log has lost records, or does not begin at 0. */
  CL_050_CUT_LOG_GAP(Kind.EXTERNAL, Response.STOP),
  /** A record of a control topic that is not ours. */
  CL_051_CONTROL_RECORD(Kind.EXTERNAL, Response.STOP),
  /** Kafka does not answer, or refuses. */
  CL_052_KAFKA_UNAVAILABLE(Kind.EXTERNAL, Response.RETRY),
  /** A range holds another number of records than was announced. */
  CL_053_RANGE_COUNT(Kind.EXTERNAL, Response.STOP),
  /** A range has been deleted by retention before it was read. */
  CL_054_RANGE_EXPIRED(Kind.EXTERNAL, Response.STOP),
  /** A range lies beyond the end of its topic. */
  CL_055_RANGE_MISSING(Kind.EXTERNAL, Response.STOP),
  /** Another instance has taken this writer's place. */
  CL_056_FENCED(Kind.EXTERNAL, Response.RETRY),
  /** A row is larger than the broker takes. */
  CL_058_ROW_TOO_LARGE(Kind.SOURCE_DATA, Response.STOP),
  /** warehouse.yml asks for another number of shards than the first start fixed. */
  CL_059_SHARDS_CHANGED(Kind.CONFIG, Response.STOP);

  private final Kind kind;
  private final Response response;

  ChangelogError(Kind kind, Response response) {
    this.kind = kind;
    this.response = response;
  }

  @Override
  public Kind kind() {
    return kind;
  }

  @Override
  public Response response() {
    return response;
  }
}
