package io.millrace.contracts.error;

/** Codes of what staging, dimensions and marts share. */
public enum ShardError implements ErrorCode {
  /** A topic that a table was read from was deleted and created again. */
  SHD_001_TOPIC_REPLACED(Kind.EXTERNAL, Response.STOP),
  /** The statement of a table has changed and nobody said rebuild. */
  SHD_002_DEFINITION_CHANGED(Kind.CONFIG, Response.STOP),
  /** A table that is read does not exist yet. */
  SHD_005_INPUT_MISSING(Kind.EXTERNAL, Response.RETRY),
  /** DuckDB refuses a statement that Millrace made. */
  SHD_006_STATEMENT_FAILED(Kind.BUG, Response.RETRY),
  /** Something failed in a way that no code was made for. */
  SHD_007_UNEXPECTED(Kind.BUG, Response.RETRY),
  /** A version is committed and could not be put on its topic. */
  SHD_008_NOT_PUBLISHED(Kind.EXTERNAL, Response.RETRY);

  private final Kind kind;
  private final Response response;

  ShardError(Kind kind, Response response) {
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
