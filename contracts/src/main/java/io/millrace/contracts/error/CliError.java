package io.millrace.contracts.error;

/** Codes of the command line. */
public enum CliError implements ErrorCode {
  /** A folder without a running demo or {@code up}. */
  CLI_001_NOT_RUNNING(Kind.CONFIG, Response.STOP),
  /** A run file, or a warehouse.yml, that cannot be read or written. */
  CLI_002_FILE_UNUSABLE(Kind.EXTERNAL, Response.STOP),
  /** A statement that is not one SELECT over tables of the warehouse. */
  CLI_003_SQL_REFUSED(Kind.CONFIG, Response.STOP),
  /** A SELECT that DuckDB cannot run. */
  CLI_004_SQL_FAILED(Kind.CONFIG, Response.STOP),
  /** Tables that share no cut, or not the one that was asked for. */
  CLI_005_NO_COMMON_CUT(Kind.EXTERNAL, Response.STOP),
  /** A table that the lake or the warehouse does not have. */
  CLI_006_TABLE_UNKNOWN(Kind.CONFIG, Response.STOP),
  /** A service that does not answer, or refuses. */
  CLI_007_SERVICE_REFUSED(Kind.EXTERNAL, Response.STOP),
  /** A dead letter that is not there. */
  CLI_008_LETTER_UNKNOWN(Kind.CONFIG, Response.STOP),
  /** A folder that {@code init} will not write over. */
  CLI_009_FOLDER_NOT_EMPTY(Kind.CONFIG, Response.STOP),
  /** A Kafka topic that does not answer in time. */
  CLI_010_TOPIC_UNREADABLE(Kind.EXTERNAL, Response.STOP),
  /** A table that {@code drop} leaves, for something still says, reads or keeps it. */
  CLI_011_DROP_REFUSED(Kind.CONFIG, Response.STOP);

  private final Kind kind;
  private final Response response;

  CliError(Kind kind, Response response) {
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
