package org.apache.kafka.common.utils;

/**
 * Stands where Debezium 3.6, built for Kafka 4.3, looks for it; Kafka 4.4 moved the class. Goes
 * with the first Debezium that is built for 4.4.
 */
public final class Sanitizer {
  private Sanitizer() {}

  /** The text as a value of an MBean's name, quoted where needed. */
  public static String jmxSanitize(String text) {
    return org.apache.kafka.common.utils.internals.Sanitizer.jmxSanitize(text);
  }
}
