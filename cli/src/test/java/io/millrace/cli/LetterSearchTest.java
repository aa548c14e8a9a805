package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.millrace.changelog.codec.ChangeSchemas;
import io.millrace.changelog.codec.RawEncoder;
import io.millrace.contracts.Headers;
import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

  static List<Arguments> values() {
    LocalDateTime at = LocalDateTime.parse("2026-01-31T10:00:00.1");
    long micros = at.toEpochSecond(ZoneOffset.UTC) * 1_000_000 + 100_000;
    return List.of(
        arguments("VARCHAR", "a b", true),
        arguments("BIGINT", -12L, true),
        arguments("BOOLEAN", true, true),
        arguments("DECIMAL(38,10)", new BigDecimal("0E-10"), true),
        arguments("DECIMAL(9,2)", new BigDecimal("1200.00"), true),
        arguments("DATE", (int) at.toLocalDate().toEpochDay(), true),
        arguments("TIME", 36_000_000_000L, true),
        arguments("TIMESTAMP", micros, true),
        arguments("TIMESTAMP", micros - 100_000, true),
        arguments("TIMESTAMP WITH TIME ZONE", micros, true),
        arguments("UUID", UUID.fromString("abcdefab-cdef-4abc-8def-abcdefabcdef"), true),
        arguments("BLOB", new byte[] {1, 'a'}, false),
        arguments("DOUBLE", 1e20, false),
        arguments("DATE", 4_000_000, false));
  }

  /** What is asked for is DuckDB's text, because the command compares rows by that. */
  @ParameterizedTest
  @MethodSource("values")
  void findsAValueByTheTextThatDuckDbGivesItOrSaysThatItCannot(
      String type, Object value, boolean known) throws Exception {
    RowSchema row =
        new RowSchema(List.of(new Column("id", DataType.ofSql(type), false)), List.of("id"));
    RawEncoder encoder = new RawEncoder("cdc", "shop", "people", row, 6, 7);
    letter("it", "staging.people", encoder.key(new Object[] {value}));
    LetterSearch search =
        new LetterSearch(
            new LetterBytes(id -> ChangeSchemas.key("shop.people", row)),
            TableName.parse("staging.people"),
            List.of(text(type, value)));
    assertThat(search.in(letters))
        .isEqualTo(
            known
                ? new LetterSearch.Found(List.of("it"), 0)
                : new LetterSearch.Found(List.of(), 1));
  }

  private static String text(String type, Object value) throws SQLException {
    String literal =
        switch (type) {
          case "DATE" -> "DATE '1970-01-01' + " + value + "::INTEGER";
          case "TIME" -> "TIME '00:00' + to_microseconds(" + value + ")";
          case "TIMESTAMP" -> "make_timestamp(" + value + ")";
          case "TIMESTAMP WITH TIME ZONE" -> "make_timestamp(" + value + ")::TIMESTAMPTZ";
          case "BLOB" -> "'\\x01a'::BLOB";
          default -> "'" + value + "'";
        };
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      try (ResultSet result =
          statement.executeQuery("SELECT CAST(%s AS %s)::VARCHAR".formatted(literal, type))) {
        result.next();
        return result.getString(1);
      }
    }
  }
}
