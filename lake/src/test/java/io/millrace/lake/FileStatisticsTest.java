package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FileStatisticsTest {

  @Test
  void keepsEveryDigitWhenRowsDie() {
    String bounds =
        """
        {"numRecords":2,"minValues":{"c1":-9999999999999999999999999999.9999999999,"c2":1.10},\
        "maxValues":{"c1":9999999999999999999999999999.9999999999,"c2":9007199254740993.01},\
        "nullCount":{},"tightBounds":true}\
        """;
    assertThat(FileStatistics.loose(bounds))
        .isEqualTo(bounds.replace("\"tightBounds\":true", "\"tightBounds\":false"));
  }

  private static JsonNode of(DataType type, Map<String, String> values) throws Exception {
    TableLayout.Physical column = new TableLayout.Physical(new Column("c", type, true), 1, "c1");
    return new ObjectMapper()
        .readTree(
            FileStatistics.json(
                7, List.of(column), Map.of("c1", ColumnStatistics.ofCopy(type, values))));
  }

  @Test
  void roundsTheUpperBoundOfATimeUp() throws Exception {
    JsonNode statistics =
        of(
            Simple.TIMESTAMPTZ,
            Map.of(
                "min", "2026-01-01 00:00:00.123456+00",
                "max", "2026-01-01 23:59:59.999001+00",
                "null_count", "2"));
    assertThat(statistics.at("/numRecords").asLong()).isEqualTo(7);
    assertThat(statistics.at("/minValues/c1").asText()).isEqualTo("2026-01-01T00:00:00.123Z");
    assertThat(statistics.at("/maxValues/c1").asText()).isEqualTo("2026-01-02T00:00:00.000Z");
    assertThat(statistics.at("/nullCount/c1").asLong()).isEqualTo(2);
    assertThat(
            of(Simple.TIMESTAMP, Map.of("min", "2026-01-01 00:00:00", "max", "2026-01-01 00:00:00"))
                .at("/maxValues/c1")
                .asText())
        .isEqualTo("2026-01-01T00:00:00.000");
  }

  @Test
  void cutsTextBetweenCharactersAndKeepsTheUpperBoundAbove() throws Exception {
    String text = "\ud83d\ude00".repeat(40);
    JsonNode statistics = of(Simple.VARCHAR, Map.of("min", text, "max", text));
    String least = statistics.at("/minValues/c1").asText();
    String greatest = statistics.at("/maxValues/c1").asText();
    assertThat(least).isEqualTo("\ud83d\ude00".repeat(32));
    assertThat(greatest.compareTo(text)).isPositive();
    assertThat(of(Simple.VARCHAR, Map.of("min", "", "max", "z")).at("/maxValues/c1").asText())
        .isEqualTo("z");
  }

  @Test
  void leavesOutBoundsThatWouldLie() throws Exception {
    for (Map<String, String> values :
        List.of(
            Map.of("min", "1", "max", "2", "has_nan", "true"),
            Map.of("min", "1", "max", "Infinity"),
            Map.of("min", "-inf", "max", "2"),
            Map.of("max", "2"))) {
      assertThat(of(Simple.DOUBLE, values).at("/minValues")).isEmpty();
      assertThat(of(Simple.DOUBLE, values).at("/maxValues")).isEmpty();
    }
    assertThat(
            of(
                    Simple.TIMESTAMP,
                    Map.of("min", "0001-01-01 (BC) 00:00:00", "max", "2026-01-01 00:00:00"))
                .at("/maxValues"))
        .isEmpty();
    assertThat(
            of(
                    Simple.TIMESTAMP,
                    Map.of("min", "2026-01-01 00:00:00", "max", "9999-12-31 23:59:59.999999"))
                .at("/maxValues"))
        .isEmpty();
    assertThat(of(Simple.BLOB, Map.of("min", "00", "max", "FF")).at("/maxValues")).isEmpty();
  }

  @Test
  void keepsAllDigitsOfADecimal() throws Exception {
    DataType type = new DataType.Decimal(38, 19);
    String digits = "9".repeat(19) + "." + "9".repeat(19);
    assertThat(
            FileStatistics.json(
                1,
                List.of(new TableLayout.Physical(new Column("c", type, true), 1, "c1")),
                Map.of(
                    "c1",
                    ColumnStatistics.ofCopy(type, Map.of("min", "-" + digits, "max", digits)))))
        .contains("\"c1\":-" + digits, "\"c1\":" + digits);
  }
}
