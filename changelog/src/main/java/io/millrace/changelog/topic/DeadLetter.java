package io.millrace.changelog.topic;

import io.millrace.contracts.Headers;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record that a step refused, with its original bytes. Its id is the same however often it is set
 * aside.
 *
 * @param topic where it came from
 * @param partition of that topic
 * @param offset of the record
 * @param key original bytes
 * @param value original bytes
 * @param table the table that refused it
 * @param cut the cut it belongs to
 * @param stage the step: decode or select
 * @param rule which rule of the stage
 * @param code the stable code
 * @param reason for people; holds no values of the row
 */
public record DeadLetter(
    String topic,
    int partition,
    long offset,
    byte @Nullable [] key,
    byte @Nullable [] value,
    TableName table,
    long cut,
    String stage,
    String rule,
    ErrorCode code,
    String reason) {

  /** {@code topic/partition/offset/rule}. */
  public String id() {
    return topic + "/" + partition + "/" + offset + "/" + table + ":" + rule;
  }

  /** Its Kafka headers. */
  public RecordHeaders headers() {
    Map<Headers, String> texts = new EnumMap<>(Headers.class);
    texts.put(Headers.ID, id());
    texts.put(Headers.TOPIC, topic);
    texts.put(Headers.PARTITION, Integer.toString(partition));
    texts.put(Headers.OFFSET, Long.toString(offset));
    texts.put(Headers.STAGE, stage);
    texts.put(Headers.TABLE, table.toString());
    texts.put(Headers.RULE, rule);
    texts.put(Headers.CODE, code.code());
    texts.put(Headers.REASON, reason);
    texts.put(Headers.CUT, Long.toString(cut));
    if (value != null && value.length > 4 && value[0] == 0) {
      texts.put(Headers.SCHEMA_ID, Integer.toString(ByteBuffer.wrap(value, 1, 4).getInt()));
    }
    RecordHeaders headers = new RecordHeaders();
    texts.forEach((h, text) -> headers.add(h.key(), text.getBytes(StandardCharsets.UTF_8)));
    return headers;
  }
}
