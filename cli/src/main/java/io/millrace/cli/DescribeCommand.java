package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace describe}: dynamic tables as the running service keeps them, orders included. */
@Command(
    name = "describe",
    description = "Says how running dynamic tables are kept: all of them, or one with its blocks.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class DescribeCommand implements Callable<Integer> {
  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "TABLE", description = "such as marts.sales")
  Optional<String> table = Optional.empty();

  @Override
  public Integer call() throws Exception {
    JsonNode known;
    try (ServiceCalls calls = new ServiceCalls(place.running())) {
      known =
          calls
              .dynamicTables()
              .orElseThrow(() ->
                  new MillraceException(
                      CliError.CLI_007_SERVICE_REFUSED,
                      "the marts service does not answer, or does not run its tables yet. See"
                          + " millrace status."));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (table.isEmpty()) {
      all(known).forEach(out::println);
    } else {
      one(known, Names.table(spec, table.get())).forEach(out::println);
    }
    return ExitCode.OK;
  }

  private static List<String> all(JsonNode known) {
    TextTable tables =
        new TextTable(List.of("table", "target lag", "mode", "state", "comment"), List.of());
    for (JsonNode one : known) {
      tables.row(
          List.of(
              one.path("table").asText(),
              StatusText.targetLag(one),
              one.path("refreshMode").asText(),
              (one.path("suspended").asBoolean() ? "suspended " : "")
                  + (one.path("altered").isEmpty() ? "" : "altered"),
              one.path("comment").asText("")));
    }
    return tables.lines();
  }

  private static List<String> one(JsonNode known, TableName name) {
    for (JsonNode one : known) {
      if (one.path("table").asText().equals(name.toString())) {
        return lines(one);
      }
    }
    throw new MillraceException(
        CliError.CLI_006_TABLE_UNKNOWN,
        "the marts service says nothing of a dynamic table " + name + ". See millrace status.");
  }

  private static List<String> lines(JsonNode one) {
    List<String> lines = new ArrayList<>();
    lines.add(one.path("table").asText() + ", REFRESH_MODE = " + one.path("refreshMode").asText());
    lines.add("target lag  " + StatusText.targetLag(one));
    lines.add("reads       " + joined(one.path("inputs")));
    lines.add("key         " + (one.path("key").isEmpty() ? "none" : joined(one.path("key"))));
    if (one.hasNonNull("comment")) {
      lines.add("comment     " + one.path("comment").asText());
    }
    if (one.path("suspended").asBoolean()) {
      lines.add("suspended   until millrace resume " + one.path("table").asText());
    }
    for (JsonNode altered : one.path("altered")) {
      lines.add(
          "altered     %s is '%s' since cut %d, the folder says '%s'"
              .formatted(
                  altered.path("property").asText(),
                  altered.path("value").asText(),
                  altered.path("cut").asLong(),
                  altered.path("folder").asText()));
    }
    JsonNode costs = one.path("costs");
    if (costs.isObject()) {
      lines.add(
          "refreshed   at cut %d, %s, in %d ms"
              .formatted(
                  costs.path("cut").asLong(),
                  costs.path("strategy").asText(),
                  costs.path("millis").asLong()));
    }
    one.path("blocks").forEach(block -> lines.add(block.asText()));
    return lines;
  }

  private static String joined(JsonNode texts) {
    List<String> all = new ArrayList<>();
    texts.forEach(text -> all.add(text.asText()));
    return String.join(", ", all);
  }
}
