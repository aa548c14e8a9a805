package io.millrace.contracts.error;

/** Codes of the stack and the demo on one machine. */
public enum LocalError implements ErrorCode {
  /** A data folder that another launcher, or a process it left, still uses. */
  LOC_001_FOLDER_IN_USE(Kind.EXTERNAL, Response.STOP),
  /** A port that was asked for and is taken. */
  LOC_002_PORT_TAKEN(Kind.CONFIG, Response.STOP),
  /** A child process that ended by itself. */
  LOC_003_CHILD_DIED(Kind.EXTERNAL, Response.STOP),
  /** A child process that was not ready in time. */
  LOC_004_NOT_READY_IN_TIME(Kind.EXTERNAL, Response.STOP),
  /** An installation without a part that was asked for. */
  LOC_005_PART_NOT_INSTALLED(Kind.CONFIG, Response.STOP),
  /** A data folder that cannot be read or written. */
  LOC_006_FOLDER_UNUSABLE(Kind.EXTERNAL, Response.STOP),
  /** PostgreSQL refuses to run as root, and there is no way to be somebody else. */
  LOC_007_ROOT_REFUSED(Kind.EXTERNAL, Response.STOP),
  /** A statement of the demo shop that its database refused. */
  LOC_008_SHOP_REFUSED(Kind.EXTERNAL, Response.STOP),
  /** A scale of the demo shop out of bounds, or not that of the shop that is there. */
  LOC_009_SCALE_REFUSED(Kind.CONFIG, Response.STOP);

  private final Kind kind;
  private final Response response;

  LocalError(Kind kind, Response response) {
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
