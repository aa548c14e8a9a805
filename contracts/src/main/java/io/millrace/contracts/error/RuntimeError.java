package io.millrace.contracts.error;

/** Codes of the start of a service, whichever it is. */
public enum RuntimeError implements ErrorCode {
  /** A setting that cannot be. */
  RUN_001_SETTING_REFUSED(Kind.CONFIG, Response.STOP),
  /** Kafka's brokers, of which no name can be resolved. */
  RUN_002_KAFKA_NOT_FOUND(Kind.EXTERNAL, Response.STOP);

  private final Kind kind;
  private final Response response;

  RuntimeError(Kind kind, Response response) {
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
