package io.millrace.contracts.error;

/** Codes of the dimension service. */
public enum DimensionError implements ErrorCode {
  /** Two versions have the same surrogate key. */
  DIM_001_KEY_COLLISION(Kind.BUG, Response.STOP),
  /** A row has no business time, or one at which no version can begin. */
  DIM_002_NO_SEQUENCE(Kind.SOURCE_DATA, Response.STOP),
  /** A rebuild would lose history that is no longer held. */
  DIM_003_HISTORY_NOT_HELD(Kind.CONFIG, Response.STOP),
  /** Versions of the input are gone; the difference to its current rows was applied instead. */
  DIM_004_HISTORY_SKIPPED(Kind.EXTERNAL, Response.RETRY),
  /** A row has NULL in its natural key. */
  DIM_005_NULL_KEY(Kind.SOURCE_DATA, Response.STOP),
  /** A snapshot without rows would end all members; the next one lets the table go on. */
  DIM_006_EMPTY_SNAPSHOT(Kind.SOURCE_DATA, Response.RETRY),
  /** A rewind to a cut whose rows, or the changes since, are no longer held. */
  DIM_010_REWIND_NOT_HELD(Kind.CONFIG, Response.STOP),
  /** A member was to be erased that the input still holds. */
  DIM_011_MEMBER_STILL_THERE(Kind.CONFIG, Response.STOP);

  private final Kind kind;
  private final Response response;

  DimensionError(Kind kind, Response response) {
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
