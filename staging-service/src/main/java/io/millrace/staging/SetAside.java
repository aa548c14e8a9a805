package io.millrace.staging;

import io.millrace.changelog.codec.WireRecord;
import io.millrace.changelog.topic.DeadLetter;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.shard.Shard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Sends refused records to the dead letters, with their original bytes, before the commit that
 * leaves them out. The bytes are read from the topic again: refusals are rare, batches are large.
 */
final class SetAside {
  private static final Logger LOG = Logger.getLogger("millrace.staging");

  private final Shard shard;
  private final TableName table;
  private final String topic;

  SetAside(Shard shard, TableName table, String topic) {
    this.shard = shard;
    this.table = table;
    this.topic = topic;
  }

  void send(List<Refusal> refusals, List<OffsetRange> ranges, long cut) {
    if (refusals.isEmpty()) {
      return;
    }
    Map<Long, Refusal> byPosition = new HashMap<>();
    refusals.forEach(r -> byPosition.put(r.position(), r));
    List<DeadLetter> letters = new ArrayList<>();
    Iterator<List<WireRecord>> batches = shard.reader().read(topic, ranges);
    while (batches.hasNext()) {
      for (WireRecord entry : batches.next()) {
        Refusal refusal = byPosition.get(entry.offset());
        if (refusal != null) {
          letters.add(letter(entry, refusal, cut));
        }
      }
    }
    shard.around().deadLetters().send(letters);
    LOG.warnf(
        "table %s: %d records of cut %d are dead letters, the first: %s %s",
        table,
        letters.size(),
        cut,
        refusals.getFirst().code().code(),
        refusals.getFirst().reason());
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
