package io.millrace.contracts;

/**
 * Kafka headers of a dead letter. Its key and value are the original bytes; all headers are UTF-8
 * text.
 */
public enum Headers {
  /** {@code topic/partition/offset/rule}: two letters with one id are one letter. */
  ID("millrace.id"),
  TOPIC("millrace.topic"),
  PARTITION("millrace.partition"),
  OFFSET("millrace.offset"),
  /** The step that refused it: decode, select. */
  STAGE("millrace.stage"),
  /** The table that refused it. */
  TABLE("millrace.table"),
  RULE("millrace.rule"),
  /** The stable error code, to route on. */
  CODE("millrace.code"),
  /** For people, not to route on. */
  REASON("millrace.reason"),
  SCHEMA_ID("millrace.schema-id"),
  CUT("millrace.cut");

  private final String key;

  Headers(String key) {
    this.key = key;
  }

  /** The header's key. */
  public String key() {
    return key;
  }
}
