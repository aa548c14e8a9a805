package io.millrace.local.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cli.ServiceCalls;
import io.millrace.contracts.Service;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Waits until every table shows all that its sources had committed at a moment.
 *
 * @param tables how many tables each service has
 * @param out where a person reads what is waited for
 */
record Drain(ServiceCalls calls, Map<Service, Integer> tables, PrintWriter out) {
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final int NAMED = 3;

  Drain {
    tables = Map.copyOf(tables);
  }

  /** False if some table does not within the limit. */
  boolean await(Instant quiet, Duration limit, CompletableFuture<?> death)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    String said = "";
    List<String> late = late(quiet);
    while (!late.isEmpty() && System.nanoTime() < deadline) {
      String words = words(late);
      if (!words.equals(said)) {
        out.println("drain: waits for " + words);
        out.flush();
        said = words;
      }
      LocalRun.pause(death, LOOK);
      late = late(quiet);
    }
    return late.isEmpty();
  }

  private static String words(List<String> late) {
    return String.join(", ", late.subList(0, Math.min(NAMED, late.size())))
        + (late.size() > NAMED ? " and " + (late.size() - NAMED) + " more" : "");
  }

  private List<String> late(Instant quiet) throws InterruptedException {
    List<String> late = new ArrayList<>();
    for (Service service : Service.values()) {
      Optional<JsonNode> status = calls.status(service);
      JsonNode shown = status.map(s -> s.path("tables")).orElse(null);
      if (shown == null || shown.size() < tables.getOrDefault(service, 0)) {
        late.add("the " + service.id() + " service");
        continue;
      }
      for (JsonNode table : shown) {
        String at = table.path("dataTime").asText("");
        if (at.isEmpty() || at.equals("null") || Instant.parse(at).isBefore(quiet)) {
          late.add(table.path("table").asText() + error(table));
        }
      }
    }
    return late;
  }

  private static String error(JsonNode table) {
    return table.hasNonNull("error") ? " (" + table.path("error").asText() + ")" : "";
  }
}
