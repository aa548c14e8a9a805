package io.millrace.system.line;

import io.millrace.changelog.News;
import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.wire.WireFormat;
import io.millrace.contracts.wire.Cut;
import io.millrace.contracts.wire.OffsetRange;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The cut log of a line, folded as the services fold it, and where raw topics end. */
final class Cuts implements AutoCloseable {
  private static final TopicPartition LOG = new TopicPartition("shop.millrace.cuts", 0);
  private static final Duration POLL = Duration.ofMillis(100);

  private final CutLog log = new CutLog(new News());
  private final SchemaRegistry registry;
  private final Consumer<byte[], byte[]> cuts;
  private final Consumer<byte[], byte[]> data;

  Cuts(Line line) {
    KafkaConnection kafka = new KafkaConnection(line.stack.kafkaBootstrap(), Map.of());
    this.registry = new SchemaRegistry(URI.create(line.stack.registryUrl()));
    this.cuts = kafka.consumer("read_uncommitted");
    this.data = kafka.consumer("read_committed");
    cuts.assign(List.of(LOG));
    cuts.seekToBeginning(List.of(LOG));
  }

  /** The log as it is now. */
  CutLog log() {
    long end = cuts.endOffsets(List.of(LOG)).getOrDefault(LOG, 0L);
    while (log.end() < end) {
      for (ConsumerRecord<byte[], byte[]> entry : cuts.poll(POLL)) {
        Cut cut =
            WireFormat.decode(
                entry.value(),
                registry.byId(WireFormat.schemaId(entry.value())),
                Cut.getClassSchema(),
                Cut.class);
        log.append(entry.offset(), Instant.ofEpochMilli(entry.timestamp()), cut);
      }
    }
    return log;
  }

  /** All cuts of a source, invalid ones too, oldest first. */
  List<FoldedCut> of(String source) {
    CutLog now = log();
    return LongStream.range(0, now.end())
        .mapToObj(now::cut)
        .filter(cut -> cut.source().equals(source))
        .toList();
  }

  /** The last valid cut of a source. */
  FoldedCut last(String source) {
    return log().last(source).orElseThrow();
  }

  /** The offset behind the last range of the topic. */
  long announced(String topic) {
    return log().openings(topic).isEmpty()
        ? 0
        : of("shop").stream()
            .flatMap(cut -> cut.ranges().getOrDefault(topic, List.of()).stream())
            .mapToLong(OffsetRange::getEnd)
            .max()
            .orElse(0);
  }

  /** Whether the topic holds committed records behind the last range of any cut. */
  boolean holdsUnannounced(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    long behind = announced(topic);
    data.assign(List.of(partition));
    data.seek(partition, behind);
    return !data.poll(POLL).isEmpty() && announced(topic) == behind;
  }

  /** How many offsets the topic holds. */
  long held(String topic) {
    List<TopicPartition> partition = List.of(new TopicPartition(topic, 0));
    return data.endOffsets(partition).values().iterator().next()
        - data.beginningOffsets(partition).values().iterator().next();
  }

  @Override
  public void close() {
    cuts.close();
    data.close();
    registry.close();
  }
}
