package io.millrace.contracts.error;

/** Codes of the Delta tables. */
public enum LakeError implements ErrorCode {
  /** A path without a Delta table. */
  LK_001_NOT_A_TABLE(Kind.EXTERNAL, Response.STOP),
  /** A table that was to be created is there already. */
  LK_002_TABLE_EXISTS(Kind.EXTERNAL, Response.STOP),
  /** The lake's storage cannot be read or written. */
  LK_003_STORAGE_FAILED(Kind.EXTERNAL, Response.RETRY),
  /** DuckDB refused or broke off a statement. */
  LK_004_STATEMENT_FAILED(Kind.EXTERNAL, Response.RETRY),
  /** Another Millrace writer has committed to the table: this one gives it up. */
  LK_005_FENCED(Kind.EXTERNAL, Response.STOP),
  /** Somebody else has changed the table's data or schema. */
  LK_006_OUTSIDER_COMMIT(Kind.EXTERNAL, Response.STOP),
  /** A commit that left nothing behind and can be made again. */
  LK_007_COMMIT_FAILED(Kind.EXTERNAL, Response.RETRY),
  /** A mirror that does not show the table's version. */
  LK_008_MIRROR_STALE(Kind.BUG, Response.RETRY),
  /** Changes that do not fit the table's rows. */
  LK_009_CHANGES_INVALID(Kind.BUG, Response.STOP),
  /** Several wanted rows of one key. */
  LK_010_DUPLICATE_KEY(Kind.SOURCE_DATA, Response.RETRY),
  /** Versions that the log or the files no longer hold. */
  LK_011_HISTORY_GONE(Kind.EXTERNAL, Response.RETRY),
  /** A commit whose cut lies before the table's. */
  LK_012_CUT_REGRESSES(Kind.BUG, Response.STOP),
  /** A column type that a Delta table cannot hold. */
  LK_013_TYPE_NOT_STORABLE(Kind.CONFIG, Response.STOP),
  /** A Delta table that Millrace did not write. */
  LK_014_NOT_OURS(Kind.EXTERNAL, Response.STOP),
  /** A shard's position file that cannot be read. */
  LK_015_POSITION_UNREADABLE(Kind.EXTERNAL, Response.STOP),
  /** A vacuum that could take files from under readers. */
  LK_016_RETENTION_TOO_SHORT(Kind.CONFIG, Response.STOP),
  /** A version that a table cannot be restored to. */
  LK_017_RESTORE_REFUSED(Kind.CONFIG, Response.STOP),
  /** A data file that is not what the log tells of it. */
  LK_018_FILE_DAMAGED(Kind.EXTERNAL, Response.STOP),
  /** A table that needs a Delta feature which Millrace does not have. */
  LK_019_FEATURE_NOT_SUPPORTED(Kind.EXTERNAL, Response.STOP),
  /** A table that is partitioned by other columns than its statement says. */
  LK_020_OTHER_PARTITIONS(Kind.CONFIG, Response.STOP),
  /** Files that vacuum deleted as a restore took them back. */
  LK_021_RESTORED_FILES_GONE(Kind.EXTERNAL, Response.STOP);

  private final Kind kind;
  private final Response response;

  LakeError(Kind kind, Response response) {
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
