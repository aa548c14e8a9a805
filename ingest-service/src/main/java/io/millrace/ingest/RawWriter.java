package io.millrace.ingest;

import io.millrace.changelog.codec.ChangeSchemas;
import io.millrace.changelog.codec.RawChange;
import io.millrace.changelog.codec.RawEncoder;
import io.millrace.changelog.range.RangeWriter;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a source's events to its raw topics. Lives as long as one taking of the source. */
final class RawWriter {
  private final SourcePlan plan;
  private final RangeWriter writer;
  private final SchemaRegistry registry;
  private final WarehouseTopics topics;
  private final Topics names;
  private final Duration retention;
  private final Clock clock;
  private final Map<String, Resource> resources = new HashMap<>();
  private long changes;

  /**
   * A resource whose columns are known.
   *
   * @param topic its raw topic
   * @param encoder of its rows
   */
  private record Resource(String topic, RawEncoder encoder) {}

  RawWriter(
      SourcePlan plan,
      RangeWriter writer,
      SchemaRegistry registry,
      WarehouseTopics topics,
      Topics names,
      Duration retention,
      Clock clock) {
    this.plan = plan;
    this.writer = writer;
    this.registry = registry;
    this.topics = topics;
    this.names = names;
    this.retention = retention;
    this.clock = clock;
  }

  /** Registers the columns of a resource, and creates its topic. */
  void shape(SourceEvent.Shape shape) {
    String topic = names.raw(plan.name(), shape.resource());
    String namespace = Topics.namespace(topic);
    topics.createChangelog(topic, retention);
    int keyId = registry.register(topic + "-key", ChangeSchemas.key(namespace, shape.schema()));
    int valueId =
        registry.register(topic + "-value", ChangeSchemas.rawValue(namespace, shape.schema()));
    resources.put(
        shape.resource(),
        new Resource(
            topic,
            new RawEncoder(
                plan.kind(), plan.name(), shape.resource(), shape.schema(), keyId, valueId)));
  }

  /** A full image begins: op t of the image's time, in a range that opens. */
  void open(SourceEvent.Opening opening) {
    Resource resource = resource(opening.resource());
    writer.opens(resource.topic());
    RawChange truncate = new RawChange("t", null, null, true, null, opening.committedAt(), null);
    writer.send(resource.topic(), null, resource.encoder().value(truncate, clock.instant()));
  }

  void write(SourceEvent.Change change) {
    Resource resource = resource(change.resource());
    @Nullable Object[] keyValues = change.key();
    byte[] key = keyValues == null ? null : resource.encoder().key(keyValues);
    SourceEvent.TransactionPart part = change.transaction();
    RawChange raw =
        new RawChange(
            change.op().letter(),
            change.before(),
            change.after(),
            change.op() == SourceEvent.Op.READ,
            change.position(),
            change.committedAt(),
            part == null
                ? null
                : new RawChange.Transaction(part.id(), part.totalOrder(), part.collectionOrder()));
    writer.send(resource.topic(), key, resource.encoder().value(raw, clock.instant()));
    changes++;
  }

  /** Changes written so far. */
  long changes() {
    return changes;
  }

  private Resource resource(String name) {
    Resource resource = resources.get(name);
    if (resource == null) {
      throw new MillraceException(
          IngestError.ING_051_NO_SHAPE,
          "the reader of source "
              + plan.name()
              + " sent a change of "
              + name
              + " before its columns. Report this.");
    }
    return resource;
  }
}
