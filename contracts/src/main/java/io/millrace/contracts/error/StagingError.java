package io.millrace.contracts.error;

/** Codes of the staging service. */
public enum StagingError implements ErrorCode {
  /** A row's value does not fit what the SELECT makes of it. */
  STG_001_ROW_REFUSED(Kind.SOURCE_DATA, Response.DEAD_LETTER),
  /** No held cut begins with a full image of the resource. */
  STG_002_NO_OPENING_CUT(Kind.EXTERNAL, Response.STOP),
  /** A raw column that the SELECT reads is gone or has another type. */
  STG_003_RAW_COLUMN_CHANGED(Kind.SOURCE_DATA, Response.STOP),
  /** An update or a delete in a resource whose table is declared APPEND. */
  STG_004_NOT_APPENDED(Kind.SOURCE_DATA, Response.DEAD_LETTER),
  /** A rebuild that would lose images which the raw topic no longer holds. */
  STG_005_HISTORY_GONE(Kind.EXTERNAL, Response.STOP);

  private final Kind kind;
  private final Response response;

  StagingError(Kind kind, Response response) {
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
