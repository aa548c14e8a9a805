package io.millrace.shard;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.changelog.topic.DeadLetter;
import io.millrace.contracts.Metrics;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Where a service sets records aside. Sent before the commit that leaves them out. */
@ApplicationScoped
public class DeadLetterChannel {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int AT_ONCE = 500;

  private final MutinyEmitter<byte[]> letters;
  private final MeterRegistry meters;

  DeadLetterChannel(@Channel("dead-letter") MutinyEmitter<byte[]> letters, MeterRegistry meters) {
    this.letters = letters;
    this.meters = meters;
  }

  /** Sends the letters and waits until the broker has all of them. */
  public void send(List<DeadLetter> refused) {
    for (int from = 0; from < refused.size(); from += AT_ONCE) {
      List<Uni<Void>> sent = new ArrayList<>();
      for (DeadLetter letter : refused.subList(from, Math.min(from + AT_ONCE, refused.size()))) {
        sent.add(letters.sendMessage(message(letter)));
        meters
            .counter(
                Metrics.DEAD_LETTERS,
                "table",
                letter.table().toString(),
                "code",
                letter.code().code())
            .increment();
      }
      Uni.join().all(sent).andFailFast().await().atMost(LIMIT);
    }
  }

  private static Message<byte[]> message(DeadLetter letter) {
    byte[] value = letter.value() == null ? new byte[0] : letter.value();
    return Message.of(value)
        .addMetadata(
            OutgoingKafkaRecordMetadata.<byte[]>builder()
                .withKey(letter.key())
                .withHeaders(letter.headers())
                .build());
  }
}
