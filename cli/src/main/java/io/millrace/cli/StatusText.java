package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.Service;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The statuses of the services as lines for people. */
public final class StatusText {
  private final Clock clock;

  public StatusText(Clock clock) {
    this.clock = clock;
  }

  /** Sources, then tables, then what stands in the way. */
  public List<String> lines(Map<Service, ? extends @Nullable JsonNode> answers) {
    List<String> lines = new ArrayList<>();
    TextTable sources =
        new TextTable(
            List.of("source", "state", "rows", "cut", "changes", "note"), List.of(2, 3, 4));
    TextTable tables =
        new TextTable(
            List.of("table", "rows", "lag", "target", "refreshed", "cut", "note"),
            List.of(1, 2, 3, 4, 5));
    List<String> notes = new ArrayList<>();
    answers.forEach((service, answer) -> {
      if (answer == null) {
        notes.add(service.id() + ": does not answer yet");
        return;
      }
      String note = note(answer);
      if (!note.isEmpty()) {
        notes.add(service.id() + ": " + note);
      }
      answer.path("sources").forEach(source -> sources.row(source(source)));
      answer.path("tables").forEach(table -> tables.row(table(table)));
    });
    lines.addAll(sources.lines());
    lines.addAll(tables.lines());
    lines.addAll(notes);
    return lines;
  }

  /** How far the table is behind now, in milliseconds; empty before its first cut. */
  public OptionalLong lagMillis(JsonNode table) {
    String dataTime = table.path("dataTime").asText("");
    return dataTime.isEmpty() || table.path("dataTime").isNull()
        ? OptionalLong.empty()
        : OptionalLong.of(
            Math.max(
                0, Duration.between(instant(table.path("dataTime")), clock.instant()).toMillis()));
  }

  private List<String> source(JsonNode source) {
    long rows = source.path("rows").asLong();
    long expected = source.path("expectedRows").asLong(-1);
    String read =
        expected > 0
            ? String.format(Locale.ROOT, "%,d (%d %%)", rows, Math.min(100, 100 * rows / expected))
            : String.format(Locale.ROOT, "%,d", rows);
    return List.of(
        source.path("source").asText(),
        source.path("state").asText(),
        read,
        source.path("cut").asText(),
        String.format(Locale.ROOT, "%,d", source.path("changes").asLong()),
        note(source));
  }

  private List<String> table(JsonNode table) {
    OptionalLong lag = lagMillis(table);
    return List.of(
        table.path("table").asText(),
        String.format(Locale.ROOT, "%,d", table.path("rows").asLong()),
        lag.isPresent() ? seconds(lag.getAsLong()) : "-",
        targetLag(table),
        table.path("lastRefresh").isNull() || table.path("lastRefresh").isMissingNode()
            ? "-"
            : seconds(
                    Duration.between(instant(table.path("lastRefresh")), clock.instant())
                        .toMillis())
                + " ago",
        table.path("through").asText(),
        note(table));
  }

  /** What it waits for, or why it does not go on; empty: nothing. */
  static String note(JsonNode thing) {
    if (thing.hasNonNull("error")) {
      return thing.path("error").asText();
    }
    return thing.hasNonNull("waitingFor") ? "waits for " + thing.path("waitingFor").asText() : "";
  }

  private static Instant instant(JsonNode node) {
    return node.isNumber()
        ? Instant.ofEpochMilli(Math.round(node.asDouble() * 1000))
        : Instant.parse(node.asText());
  }

  /** The target lag of a table; none where it is only as fresh as readers ask, and nobody reads. */
  static String targetLag(JsonNode table) {
    Duration lag = Duration.ofMillis(table.path("targetLagMillis").asLong());
    return lag.toDays() > 3_650 ? "none" : seconds(lag.toMillis());
  }

  /** Milliseconds as seconds with one decimal. */
  public static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }
}
