package io.millrace.runtime;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.Retry;
import io.millrace.changelog.wire.WireFormat;
import io.millrace.contracts.error.MillraceException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Schema ids of the control topics. Waits out a registry that is away: control records are never
 * skipped.
 */
@ApplicationScoped
public class ControlSchemas {
  private final SchemaRegistry registry;
  private final String prefix;
  private final Map<String, Integer> ids = new ConcurrentHashMap<>();

  ControlSchemas(SchemaRegistry registry, RuntimeConfig config) {
    this.registry = registry;
    this.prefix = config.topicPrefix();
  }

  /** The id of the schema under the topic's subject, registered if need be. */
  public int id(String topic, Schema schema) {
    return ids.computeIfAbsent(topic, t -> registry.register(prefix + "." + t + "-value", schema));
  }

  /** The record in framed bytes. */
  public <T extends SpecificRecord> T decode(byte[] framed, Schema reader, Class<T> type)
      throws InterruptedException {
    Retry retry = new Retry();
    while (true) {
      try {
        return WireFormat.decode(framed, registry.byId(WireFormat.schemaId(framed)), reader, type);
      } catch (MillraceException e) {
        retry.pauseOrThrow(e);
      }
    }
  }
}
