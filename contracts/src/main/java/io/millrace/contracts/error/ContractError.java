package io.millrace.contracts.error;

/** Codes of the wire formats. */
public enum ContractError implements ErrorCode {
  /** A type that no column can have. */
  CON_001_TYPE_NOT_SUPPORTED(Kind.CONFIG, Response.STOP),
  /** An Avro schema that is not a change envelope. */
  CON_002_NOT_AN_ENVELOPE(Kind.SOURCE_DATA, Response.DEAD_LETTER);

  private final Kind kind;
  private final Response response;

  ContractError(Kind kind, Response response) {
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
