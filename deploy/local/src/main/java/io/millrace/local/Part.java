package io.millrace.local;

/** A part of the stack. */
public enum Part {
  /** One Apache Kafka broker (KRaft). */
  KAFKA,
  /** Apicurio Registry, with its Confluent-compatible API. */
  REGISTRY,
  /** PostgreSQL, ready for logical decoding. */
  POSTGRES
}
