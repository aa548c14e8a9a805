package io.millrace.shard;

import io.millrace.changelog.published.PublishedLog;
import io.millrace.changelog.wire.WireFormat;
import io.millrace.contracts.wire.Published;
import io.millrace.runtime.ControlSchemas;
import io.millrace.runtime.CutChannel;
import io.millrace.runtime.RuntimeConfig;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** The publications: read whole by every instance, written by the holder of each shard. */
@ApplicationScoped
public class PublicationChannel {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final PublishedLog log;
  private final ControlSchemas schemas;
  private final MutinyEmitter<byte[]> statements;

  PublicationChannel(
      RuntimeConfig config,
      CutChannel cuts,
      ControlSchemas schemas,
      @Channel("statement") MutinyEmitter<byte[]> statements) {
    this.log = new PublishedLog(config.shards(), cuts.news());
    this.schemas = schemas;
    this.statements = statements;
  }

  /** The fold, which grows by itself. */
  public PublishedLog log() {
    return log;
  }

  @Incoming("published")
  @Blocking
  void read(ConsumerRecords<byte[], byte[]> batch) throws InterruptedException {
    for (ConsumerRecord<byte[], byte[]> entry : batch) {
      Published statement =
          schemas.decode(entry.value(), Published.getClassSchema(), Published.class);
      log.append(entry.partition(), entry.offset(), statement);
    }
  }

  /** Writes a statement into its shard's partition and waits until the broker has it. */
  public void announce(Published statement) {
    byte[] value =
        WireFormat.encode(schemas.id("millrace.published", statement.getSchema()), statement);
    String key = statement.getService() + "/" + statement.getShard();
    statements
        .sendMessage(
            Message.of(value)
                .addMetadata(
                    OutgoingKafkaRecordMetadata.<byte[]>builder()
                        .withKey(key.getBytes(StandardCharsets.UTF_8))
                        .withPartition(statement.getShard())
                        .build()))
        .await()
        .atMost(LIMIT);
  }
}
