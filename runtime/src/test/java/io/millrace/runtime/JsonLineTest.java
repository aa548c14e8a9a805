package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.ExtLogRecord.FormatStyle;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;

class JsonLineTest {
  private final JsonLine json = new JsonLine("staging");

  @Test
  void isOneObjectOnOneLineWhateverTheTextHolds() throws Exception {
    ExtLogRecord entry =
        new ExtLogRecord(Level.WARN, "a \"word\"\nand %s", FormatStyle.NO_FORMAT, "");
    entry.setLoggerName("millrace");
    entry.setInstant(Instant.parse("2026-11-21T05:00:00.123456Z"));
    String line = json.format(entry);
    assertThat(line).endsWith("\n").containsOnlyOnce("\n");
    JsonNode read = new ObjectMapper().readTree(line);
    assertThat(read.path("timestamp").asText()).isEqualTo("2026-11-21T05:00:00.123456Z");
    assertThat(read.path("level").asText()).isEqualTo("WARN");
    assertThat(read.path("service").asText()).isEqualTo("staging");
    assertThat(read.path("logger").asText()).isEqualTo("millrace");
    assertThat(read.path("message").asText()).isEqualTo("a \"word\"\nand %s");
    assertThat(read.has("exception")).isFalse();
  }

  @Test
  void holdsTheStackTraceOfAnException() throws Exception {
    ExtLogRecord entry = new ExtLogRecord(Level.ERROR, "it failed", "millrace");
    entry.setThrown(new IllegalStateException("why", new IllegalArgumentException("deeper")));
    JsonNode read = new ObjectMapper().readTree(json.format(entry));
    assertThat(read.path("exception").asText())
        .contains("IllegalStateException: why")
        .contains("Caused by: java.lang.IllegalArgumentException: deeper");
  }
}
