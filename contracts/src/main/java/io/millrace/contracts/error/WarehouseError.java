package io.millrace.contracts.error;

/** Codes of the warehouse folder. */
public enum WarehouseError implements ErrorCode {
  /** A file or folder that cannot be read as what its place says. */
  WH_001_UNREADABLE_FILE(Kind.CONFIG, Response.STOP),
  /** The columns of a raw resource are not known yet: the one problem that time can mend. */
  WH_002_RAW_SCHEMA_UNKNOWN(Kind.EXTERNAL, Response.RETRY),
  /** A database that could not be asked for its columns. */
  WH_003_SOURCE_UNREACHABLE(Kind.EXTERNAL, Response.RETRY),
  /** A variable or file that the folder refers to and that is not there. */
  WH_004_VALUE_NOT_SET(Kind.CONFIG, Response.STOP),
  /** A secret that stands in the folder as such. */
  WH_005_LITERAL_SECRET(Kind.CONFIG, Response.STOP),
  /** Text that is not YAML. */
  WH_010_YAML_SYNTAX(Kind.CONFIG, Response.STOP),
  /** A YAML key that does not exist. */
  WH_011_UNKNOWN_KEY(Kind.CONFIG, Response.STOP),
  /** A YAML key that must be there. */
  WH_012_MISSING_KEY(Kind.CONFIG, Response.STOP),
  /** A YAML value of the wrong type or outside its bounds. */
  WH_013_WRONG_VALUE(Kind.CONFIG, Response.STOP),
  /** A name that is taken already. */
  WH_014_DUPLICATE_NAME(Kind.CONFIG, Response.STOP),
  /** A YAML value that names a column or resource which does not exist. */
  WH_015_UNKNOWN_NAME(Kind.CONFIG, Response.STOP),
  /** A statement header that cannot be read. */
  WH_020_STATEMENT_SYNTAX(Kind.CONFIG, Response.STOP),
  /** A statement whose name or kind does not fit its file. */
  WH_021_NAME_MISMATCH(Kind.CONFIG, Response.STOP),
  /** A clause given twice. */
  WH_022_CLAUSE_TWICE(Kind.CONFIG, Response.STOP),
  /** A clause that must be there. */
  WH_023_CLAUSE_MISSING(Kind.CONFIG, Response.STOP),
  /** A clause with a value that it cannot have. */
  WH_024_CLAUSE_VALUE(Kind.CONFIG, Response.STOP),
  /** A clause that does not exist. */
  WH_025_UNKNOWN_CLAUSE(Kind.CONFIG, Response.STOP),
  /** A SELECT that DuckDB cannot parse. */
  WH_030_SELECT_SYNTAX(Kind.CONFIG, Response.STOP),
  /** Something other than exactly one SELECT. */
  WH_031_NOT_ONE_SELECT(Kind.CONFIG, Response.STOP),
  /** A SELECT that reads or writes what is no table of the warehouse. */
  WH_032_NOT_ALLOWED(Kind.CONFIG, Response.STOP),
  /** An expression that gives another value when it is run again. */
  WH_033_NOT_REPEATABLE(Kind.CONFIG, Response.STOP),
  /** A SELECT that must make at most one row of each input row and does not. */
  WH_034_NOT_ROW_BY_ROW(Kind.CONFIG, Response.STOP),
  /** A table that does not exist. */
  WH_035_UNKNOWN_TABLE(Kind.CONFIG, Response.STOP),
  /** A column that does not exist. */
  WH_036_UNKNOWN_COLUMN(Kind.CONFIG, Response.STOP),
  /** A function that does not exist. */
  WH_037_UNKNOWN_FUNCTION(Kind.CONFIG, Response.STOP),
  /** A SELECT that DuckDB cannot bind for another reason. */
  WH_038_SELECT_INVALID(Kind.CONFIG, Response.STOP),
  /** An output column whose name or type a table cannot have. */
  WH_039_OUTPUT_COLUMN(Kind.CONFIG, Response.STOP),
  /** KEYS that are not the key of the source, or a HISTORY that does not tell its rows apart. */
  WH_040_STAGING_KEY(Kind.CONFIG, Response.STOP),
  /** A lookup that cannot be made. */
  WH_041_LOOKUP(Kind.CONFIG, Response.STOP),
  /** Tables that read each other in a circle. */
  WH_042_CYCLE(Kind.CONFIG, Response.STOP),
  /** A table that a statement of this kind may not read. */
  WH_043_WRONG_LAYER(Kind.CONFIG, Response.STOP),
  /** A lookup with 'INFER' whose keys no staging table tells. */
  WH_044_INFER(Kind.CONFIG, Response.STOP),
  /** Not built yet: SCHEMA EVOLUTION other than STRICT. */
  WH_062_SCHEMA_EVOLUTION_NOT_BUILT(Kind.CONFIG, Response.STOP),
  /** Not built yet: CONSTRAINT. */
  WH_063_CONSTRAINT_NOT_BUILT(Kind.CONFIG, Response.STOP),
  /** REFRESH_MODE = INCREMENTAL for a query that a construct makes impossible to keep so. */
  WH_064_NOT_INCREMENTAL(Kind.CONFIG, Response.STOP),
  /** Not built yet: Source kinds files, delta and topic. */
  WH_067_SOURCE_KIND_NOT_BUILT(Kind.CONFIG, Response.STOP),
  /** Not built yet: CREATE OR REPLACE. */
  WH_068_OR_REPLACE_NOT_BUILT(Kind.CONFIG, Response.STOP);

  private final Kind kind;
  private final Response response;

  WarehouseError(Kind kind, Response response) {
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
