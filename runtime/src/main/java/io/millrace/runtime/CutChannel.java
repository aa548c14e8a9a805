package io.millrace.runtime;

import io.millrace.changelog.News;
import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.wire.WireFormat;
import io.millrace.contracts.wire.Cut;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * The cut log: read from offset 0 for as long as the service runs, appended to one record at a
 * time.
 */
@ApplicationScoped
public class CutChannel {
  private final News news = new News();
  private final CutLog log;
  private final ControlSchemas schemas;
  private final MutinyEmitter<byte[]> cuts;

  CutChannel(
      ControlSchemas schemas,
      CutTopic topic,
      StatusBoard board,
      @Channel("cut") MutinyEmitter<byte[]> cuts) {
    this.log = new CutLog(news, topic);
    this.schemas = schemas;
    this.cuts = cuts;
    board.cuts(log::end);
  }

  /** The fold, which grows by itself. */
  public CutLog log() {
    return log;
  }

  /** Told whenever the log has grown. */
  public News news() {
    return news;
  }

  @Incoming("cuts")
  @Blocking
  void read(ConsumerRecords<byte[], byte[]> batch) throws InterruptedException {
    for (ConsumerRecord<byte[], byte[]> entry : batch) {
      Cut cut = schemas.decode(entry.value(), Cut.getClassSchema(), Cut.class);
      log.append(entry.offset(), Instant.ofEpochMilli(entry.timestamp()), cut);
    }
  }

  /**
   * Appends a cut and waits for the broker's word. An exception says that the outcome is unknown:
   * only the log tells.
   */
  public void append(Cut cut, Duration limit)
      throws ExecutionException, TimeoutException, InterruptedException {
    byte[] value = WireFormat.encode(schemas.id("millrace.cuts", cut.getSchema()), cut);
    byte[] key = cut.getSource().getBytes(StandardCharsets.UTF_8);
    Message<byte[]> message =
        Message.of(value)
            .addMetadata(
                OutgoingKafkaRecordMetadata.<byte[]>builder()
                    .withKey(key)
                    .withPartition(0)
                    .build());
    cuts.sendMessage(message)
        .subscribeAsCompletionStage()
        .get(limit.toMillis(), TimeUnit.MILLISECONDS);
  }
}
