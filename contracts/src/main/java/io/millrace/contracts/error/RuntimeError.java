package io.millrace.contracts.error;

/** Codes of the start of a service and of its HTTP, whichever it is. */
public enum RuntimeError implements ErrorCode {
  /** A setting that cannot be. */
  RUN_001_SETTING_REFUSED(Kind.CONFIG, Response.STOP),
  /** Kafka's brokers, of which no name can be resolved. */
  RUN_002_KAFKA_NOT_FOUND(Kind.EXTERNAL, Response.STOP),
  /** An order over HTTP that does not carry the service's token. */
  RUN_003_ORDER_WITHOUT_TOKEN(Kind.CONFIG, Response.STOP);

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
