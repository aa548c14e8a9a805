package io.millrace.contracts;

/**
 * The names that a warehouse uses on Kafka. All carry its prefix, so that several warehouses can
 * share a cluster.
 *
 * @param prefix the warehouse's {@code topic-prefix}
 */
public record Topics(String prefix) {

  /** Row changes of one resource, as its source sent them. */
  public String raw(String source, String resource) {
    return prefix + ".raw." + source + "." + resource;
  }

  /** Row changes of one table, version by version. */
  public String table(TableName table) {
    return prefix + "." + table;
  }

  /** The log that orders the warehouse; one partition. */
  public String cuts() {
    return prefix + ".millrace.cuts";
  }

  /** What services say of their tables; its partition count is the number of shards. */
  public String published() {
    return prefix + ".millrace.published";
  }

  /** Records that a service set aside. */
  public String deadLetters(Service service) {
    return prefix + ".dead-letters." + service.id();
  }

  /** The consumer group of a service. */
  public String group(Service service) {
    return prefix + "." + service.id();
  }

  /** The transactional id of a source's writer. */
  public String transactionalId(String source) {
    return prefix + "." + Service.INGEST.id() + "." + source;
  }

  /** The transactional id of a shard's publisher. */
  public String transactionalId(Service service, int shard) {
    return prefix + "." + service.id() + "." + shard;
  }

  /**
   * The Avro namespace of a topic's records: its name with every character that Avro forbids as _.
   */
  public static String namespace(String topic) {
    return topic.replaceAll("[^A-Za-z0-9_.]", "_").replaceAll("(^|\\.)(?=[0-9])", "$1_");
  }
}
