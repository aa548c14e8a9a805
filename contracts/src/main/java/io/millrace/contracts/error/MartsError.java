package io.millrace.contracts.error;

/** Codes of the marts service. */
public enum MartsError implements ErrorCode {
  /** DuckDB refuses the query of a dynamic table, for instance a division or cast of its data. */
  MRT_001_QUERY_FAILED(Kind.SOURCE_DATA, Response.RETRY),
  /** An audit in idle time found rows in a dynamic table that are not its query's. */
  MRT_002_AUDIT_FOUND_DIFFERENCE(Kind.BUG, Response.RETRY),
  /** Rows whose lookup says FAIL. */
  MRT_010_LOOKUP_FAILED(Kind.SOURCE_DATA, Response.RETRY),
  /** Milestones of an accumulating snapshot that are not in their order. */
  MRT_011_MILESTONES_OUT_OF_ORDER(Kind.SOURCE_DATA, Response.RETRY),
  /** A statement that creates a table and came over REST: it is a file of the folder. */
  MRT_020_CREATE_IS_A_FILE(Kind.CONFIG, Response.STOP);

  private final Kind kind;
  private final Response response;

  MartsError(Kind kind, Response response) {
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
