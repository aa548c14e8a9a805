package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.codec.ChangeSchemas;
import io.millrace.changelog.codec.RawEncoder;
import io.millrace.contracts.Headers;
import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LetterSearchTest {
  private static final RowSchema ROW =
      new RowSchema(
          List.of(
              new Column("id", DataType.ofSql("BIGINT"), false),
              new Column("country", DataType.ofSql("VARCHAR"), false)),
          List.of("id", "country"));
  private static final RawEncoder ENCODER = new RawEncoder("cdc", "shop", "people", ROW, 6, 7);

  private final Map<String, ConsumerRecord<byte[], byte[]>> letters = new LinkedHashMap<>();

  private void letter(String id, String table, byte @Nullable [] key) {
    ConsumerRecord<byte[], byte[]> letter =
        new ConsumerRecord<>("dead-letters.staging", 0, letters.size(), key, new byte[0]);
    letter.headers().add(Headers.TABLE.key(), table.getBytes(StandardCharsets.UTF_8));
    letters.put(id, letter);
  }

  private static byte @Nullable [] key(long id, String country) {
    return ENCODER.key(new Object[] {id, country});
  }

  @Test
  void findsLettersThatHoldTheWholeKey() {
    letter("whole", "staging.people", key(7, "CH"));
    letter("other", "staging.people", key(7, "DE"));
    letter("elsewhere", "staging.orders", key(7, "CH"));
    letter("damaged", "staging.people", new byte[] {1, 2, 3});
    letter("none", "staging.people", null);
    LetterSearch search =
        new LetterSearch(
            new LetterBytes(id -> ChangeSchemas.key("shop.people", ROW)),
            TableName.parse("staging.people"),
            List.of("7", "CH"));
    assertThat(search.in(letters)).isEqualTo(new LetterSearch.Found(List.of("whole"), 2));
  }
}
