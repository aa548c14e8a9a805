package io.millrace.contracts.error;

/** Codes of the ingest service. */
public enum IngestError implements ErrorCode {
  /** No connection to the source database, or it accepts none now. */
  ING_001_SOURCE_UNREACHABLE(Kind.EXTERNAL, Response.RETRY),
  /** The source database refuses the user, the password or the database name. */
  ING_002_LOGIN_REFUSED(Kind.CONFIG, Response.STOP),
  /** The source database does not write what logical decoding needs. */
  ING_003_WAL_LEVEL_NOT_LOGICAL(Kind.CONFIG, Response.STOP),
  /** The source user may not replicate. */
  ING_004_REPLICATION_RIGHT_MISSING(Kind.CONFIG, Response.STOP),
  /** A captured table is not there, is not a table, or holds rows of others. */
  ING_005_TABLE_MISSING(Kind.CONFIG, Response.STOP),
  /** A captured table has no usable primary key. */
  ING_006_PRIMARY_KEY_MISSING(Kind.CONFIG, Response.STOP),
  /** The source user may not read a captured table, or not all of its rows. */
  ING_007_SELECT_RIGHT_MISSING(Kind.CONFIG, Response.STOP),
  /** The server has no replication slot or WAL sender left. */
  ING_008_NO_FREE_SLOT(Kind.CONFIG, Response.STOP),
  /** The publication is missing or wrong, and the source user may not mend it. */
  ING_009_PUBLICATION_REFUSED(Kind.CONFIG, Response.STOP),
  /** A table's replica identity does not tell the key of a deleted row. */
  ING_010_REPLICA_IDENTITY(Kind.CONFIG, Response.STOP),
  /** The server no longer holds the log behind our position. */
  ING_011_LOG_LOST(Kind.EXTERNAL, Response.STOP),
  /** The log holds a changed row without one of its unchanged large values. */
  ING_012_VALUE_NOT_LOGGED(Kind.SOURCE_DATA, Response.STOP),
  /** A value that no column type of ours can hold, such as infinity. */
  ING_013_VALUE_OUT_OF_RANGE(Kind.SOURCE_DATA, Response.STOP),
  /** A Debezium property that carries correctness is ours to set. */
  ING_014_PROPERTY_REFUSED(Kind.CONFIG, Response.STOP),
  /** The connection to the source broke while reading. */
  ING_015_CONNECTION_LOST(Kind.EXTERNAL, Response.RETRY),
  /** The log reader failed for a reason without a code of its own. */
  ING_016_LOG_READER_FAILED(Kind.BUG, Response.STOP),
  /** The source server is too old for what we need of it. */
  ING_017_SERVER_TOO_OLD(Kind.CONFIG, Response.STOP),
  /** The source server is a standby or otherwise takes no heartbeat. */
  ING_018_HEARTBEAT_REFUSED(Kind.CONFIG, Response.STOP),
  /** A position that this kind of source never wrote. */
  ING_019_POSITION_UNREADABLE(Kind.BUG, Response.STOP),
  /** A table was altered in the moment a snapshot began. */
  ING_020_ALTERED_DURING_SNAPSHOT(Kind.EXTERNAL, Response.RETRY),
  /** The replication slot is held by someone, or waits for a long transaction. */
  ING_021_SLOT_BUSY(Kind.EXTERNAL, Response.RETRY),
  /** A table was added or made anew after the last snapshot: all of the source is read again. */
  ING_022_TABLE_NOT_CAPTURED_YET(Kind.CONFIG, Response.RETRY),
  /** An API that did not answer, or answered 5xx, until all attempts were spent. */
  ING_030_API_UNAVAILABLE(Kind.EXTERNAL, Response.RETRY),
  /** An API that says 4xx: the request itself is wrong. */
  ING_031_API_REFUSED(Kind.CONFIG, Response.STOP),
  /** An API that says 401 or 403: the token is missing, wrong or may not read this. */
  ING_032_API_NOT_AUTHORIZED(Kind.CONFIG, Response.STOP),
  /** A redirect or a next link that leads to a host which is not allowed. */
  ING_033_API_HOST_NOT_ALLOWED(Kind.EXTERNAL, Response.STOP),
  /** An answer that is no page of records: truncated, HTML, an error in a 200. */
  ING_034_API_ANSWER_UNREADABLE(Kind.EXTERNAL, Response.RETRY),
  /** An answer above the source's size limit. */
  ING_035_API_ANSWER_TOO_LARGE(Kind.CONFIG, Response.STOP),
  /** Next links or redirects that never end. */
  ING_036_API_PAGES_ENDLESS(Kind.EXTERNAL, Response.STOP),
  /** A value that is not of its column's declared type. */
  ING_037_API_VALUE_DOES_NOT_FIT(Kind.SOURCE_DATA, Response.STOP),
  /** A missing value in a key column, a NOT NULL column or a child's path. */
  ING_038_API_VALUE_MISSING(Kind.SOURCE_DATA, Response.STOP),
  /** A stored position that this reader did not write. */
  ING_039_API_POSITION_UNREADABLE(Kind.BUG, Response.STOP),
  /** A declaration that cannot be carried out. */
  ING_040_API_DECLARATION_INVALID(Kind.CONFIG, Response.STOP),
  /** More parents than a position can hold. */
  ING_041_API_POSITION_TOO_LARGE(Kind.CONFIG, Response.STOP),
  /** A rate limit that did not lift until all attempts were spent. */
  ING_042_API_RATE_LIMITED(Kind.EXTERNAL, Response.RETRY),
  /** A cut of ours is not the valid one in the log. */
  ING_050_CUT_NOT_VALID(Kind.EXTERNAL, Response.RETRY),
  /** A reader sent a change before the columns of its resource. */
  ING_051_NO_SHAPE(Kind.BUG, Response.STOP),
  /** Something failed in a way that no code was made for. */
  ING_052_UNEXPECTED(Kind.BUG, Response.RETRY);

  private final Kind kind;
  private final Response response;

  IngestError(Kind kind, Response response) {
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
