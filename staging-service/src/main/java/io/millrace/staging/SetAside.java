package io.millrace.staging;

import io.millrace.changelog.codec.WireRecord;
import io.millrace.changelog.topic.DeadLetter;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.shard.Shard;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Sends refused records to the dead letters, with their original bytes, before the commit that
 * leaves them out. The bytes are read from the topic again, a batch at a time: refusals are rare,
 * batches are large, and a topic of nothing but garbage fits in no memory.
 */
final class SetAside {
  private static final Logger LOG = Logger.getLogger("millrace.staging");

  private final TableName table;
  private final String topic;
  private final Function<List<OffsetRange>, Iterator<List<WireRecord>>> records;
  private final Consumer<List<DeadLetter>> letters;

  /**
   * @param records reads ranges of the topic
   * @param letters sends letters and waits until they are there
   */
  SetAside(
      TableName table,
      String topic,
      Function<List<OffsetRange>, Iterator<List<WireRecord>>> records,
      Consumer<List<DeadLetter>> letters) {
    this.table = table;
    this.topic = topic;
    this.records = records;
    this.letters = letters;
  }

  static SetAside of(Shard shard, TableName table, String topic) {
    return new SetAside(
        table,
        topic,
        ranges -> shard.reader().read(topic, ranges),
        refused -> shard.around().deadLetters().send(refused));
  }

  void send(Refusals refusals, List<OffsetRange> ranges, long cut) {
    if (refusals.count() == 0) {
      return;
    }
    long sent = 0;
    Optional<Refusal> first = Optional.empty();
    Iterator<List<WireRecord>> batches = records.apply(ranges);
    while (batches.hasNext()) {
      List<WireRecord> batch = batches.next();
      Map<Long, Refusal> refused = of(refusals, batch);
      first = first.or(() -> refused.values().stream().findFirst());
      List<DeadLetter> found =
          batch.stream()
              .flatMap(entry ->
                  Stream.ofNullable(refused.get(entry.offset()))
                      .map(refusal -> letter(entry, refusal, cut)))
              .toList();
      letters.accept(found);
      sent += found.size();
    }
    LOG.warnf(
        "table %s: %d records of cut %d are dead letters, the first: %s",
        table, sent, cut, first.map(r -> r.code().code() + " " + r.reason()).orElse("unknown"));
  }

  private static Map<Long, Refusal> of(Refusals refusals, List<WireRecord> batch) {
    return batch.isEmpty()
        ? Map.of()
        : refusals.between(batch.getFirst().offset(), batch.getLast().offset());
  }

  private DeadLetter letter(WireRecord entry, Refusal refusal, long cut) {
    String stage = refusal.stage().name().toLowerCase(Locale.ROOT);
    return new DeadLetter(
        topic,
        entry.partition(),
        entry.offset(),
        entry.key(),
        entry.value(),
        table,
        cut,
        stage,
        stage,
        refusal.code(),
        refusal.reason());
  }
}
