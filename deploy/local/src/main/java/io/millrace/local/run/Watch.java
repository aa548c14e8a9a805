package io.millrace.local.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cli.ServiceCalls;
import io.millrace.cli.StatusText;
import io.millrace.contracts.Service;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shows a person what the services do: first how far they are with the initial cut, then their
 * tables again and again. One thread.
 */
final class Watch {
  private static final long SHOW_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long SHOW_TERMINAL_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final ServiceCalls calls;
  private final Map<Service, Integer> tables;
  private final PrintWriter out;
  private final StatusText text = new StatusText(Clock.systemUTC());
  private final Freshness freshness = new Freshness();
  private final boolean terminal;
  private final Map<String, Pace> paces = new HashMap<>();
  private final long begin = System.nanoTime();
  private long shownNanos = System.nanoTime() - SHOW_NANOS;
  private int linesShown;
  private boolean complete;
  private long completeNanos;
  private String said = "";

  /** Rows at a moment, to tell how fast they come. */
  private record Pace(long nanos, long rows) {}

  /**
   * @param tables how many tables each service has
   */
  Watch(ServiceCalls calls, Map<Service, Integer> tables, PrintWriter out) {
    this.calls = calls;
    this.tables = Map.copyOf(tables);
    this.out = out;
    this.terminal = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /** Whether every table has shown its initial cut. */
  boolean complete() {
    return complete;
  }

  Freshness freshness() {
    return freshness;
  }

  /** Asks the services, and shows what is new or due. */
  void look() throws InterruptedException {
    Map<Service, @Nullable JsonNode> answers = new EnumMap<>(Service.class);
    for (Service service : Service.values()) {
      answers.put(service, calls.status(service).orElse(null));
    }
    if (!complete) {
      complete = allShown(answers);
      if (complete) {
        out.printf(
            Locale.ROOT,
            "every table shows its initial cut, %.0f s after the services were started%n",
            (System.nanoTime() - begin) / 1e9);
        completeNanos = System.nanoTime();
        shownNanos = completeNanos - SHOW_NANOS;
      } else {
        progress(answers);
        return;
      }
    }
    measure(answers);
    if (!answers.containsValue(null) && freshness.caughtUpNow()) {
      out.printf(
          Locale.ROOT,
          "every table has caught up, %.0f s after the initial cut%n",
          (System.nanoTime() - completeNanos) / 1e9);
    }
    if (System.nanoTime() - shownNanos >= (terminal ? SHOW_TERMINAL_NANOS : SHOW_NANOS)) {
      show(text.lines(answers));
    }
  }

  /** What stands in the way of the initial cut, for the message of one who gives up. */
  String said() {
    return said;
  }

  private boolean allShown(Map<Service, @Nullable JsonNode> answers) {
    for (Map.Entry<Service, @Nullable JsonNode> entry : answers.entrySet()) {
      JsonNode answer = entry.getValue();
      if (answer == null || !answer.path("started").asBoolean()) {
        return false;
      }
      for (JsonNode table : answer.path("tables")) {
        if (table.path("through").asLong(-1) < 0) {
          return false;
        }
      }
      if (answer.path("tables").size() < expected(entry.getKey())) {
        return false;
      }
    }
    return true;
  }

  private int expected(Service service) {
    return tables.getOrDefault(service, 0);
  }

  private void measure(Map<Service, @Nullable JsonNode> answers) {
    for (JsonNode answer : answers.values()) {
      if (answer != null) {
        for (JsonNode table : answer.path("tables")) {
          String name = table.path("table").asText();
          OptionalLong lag = text.lagMillis(table);
          freshness.expect(name);
          if (lag.isPresent()) {
            freshness.seen(
                name,
                lag.getAsLong(),
                table.path("targetLagMillis").asLong(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - completeNanos));
          }
        }
      }
    }
  }

  private void progress(Map<Service, @Nullable JsonNode> answers) {
    List<String> parts = new ArrayList<>();
    answers.forEach((service, answer) -> {
      if (answer == null) {
        parts.add(service.id() + " starts");
      } else if (answer.hasNonNull("error")) {
        parts.add(service.id() + " failed: " + answer.path("error").asText());
      } else if (!answer.path("started").asBoolean()) {
        parts.add(
            service.id() + " waits for " + first(answer.path("waitingFor").asText("its start")));
      } else {
        answer.path("sources").forEach(source -> parts.add(source(source)));
        long all = expected(service);
        long shown = 0;
        for (JsonNode table : answer.path("tables")) {
          shown += table.path("through").asLong(-1) >= 0 ? 1 : 0;
          if (table.hasNonNull("error")) {
            parts.add(table.path("table").asText() + ": " + table.path("error").asText());
          }
        }
        if (all > 0) {
          parts.add(service.id() + " " + shown + " of " + all + " tables");
        }
      }
    });
    String line = String.join(" | ", parts);
    if (!line.equals(said)) {
      said = line;
      out.println(line);
      out.flush();
    }
  }

  /** The first of several things, and how many more there are. */
  private static String first(String things) {
    String[] each = things.split("; ", -1);
    return each.length == 1 ? things : each[0] + " (and " + (each.length - 1) + " more)";
  }

  private String source(JsonNode source) {
    String name = source.path("source").asText();
    String state = source.path("state").asText().toLowerCase(Locale.ROOT);
    if (source.hasNonNull("error")) {
      return name + ": " + source.path("error").asText();
    }
    long rows = source.path("rows").asLong();
    long expected = source.path("expectedRows").asLong(-1);
    if (source.path("cut").asLong(-1) >= 0 || rows == 0) {
      return name + " " + state;
    }
    if (expected <= 0) {
      return String.format(Locale.ROOT, "%s %s, %,d rows", name, state, rows);
    }
    Pace first = paces.computeIfAbsent(name, n -> new Pace(System.nanoTime(), rows));
    double perSecond = (rows - first.rows()) / ((System.nanoTime() - first.nanos()) / 1e9);
    String left =
        rows > first.rows()
            ? String.format(Locale.ROOT, ", %.0f s left", Math.max(0, expected - rows) / perSecond)
            : "";
    return String.format(
        Locale.ROOT,
        "%s %s, %,d of %,d rows (%d %%)%s",
        name,
        state,
        rows,
        expected,
        Math.min(100, 100 * rows / expected),
        left);
  }

  private void show(List<String> lines) {
    if (terminal && linesShown > 0) {
      out.print("\u001b[" + linesShown + "A\u001b[J");
    } else {
      out.println();
    }
    lines.forEach(out::println);
    out.flush();
    linesShown = lines.size();
    shownNanos = System.nanoTime();
  }
}
