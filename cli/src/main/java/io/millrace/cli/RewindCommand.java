package io.millrace.cli;

import io.millrace.contracts.TableName;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace rewind}. */
@Command(
    name = "rewind",
    description =
        "Has a dimension go back to a cut and be computed anew from there; the difference is one"
            + " ordinary version, which the tables that read it follow.",
    footer = ServiceCalls.TOKEN_HELP,
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class RewindCommand implements Callable<Integer> {
  private static final String DIMENSIONS = "dim";

  @Mixin Place place;
  @Mixin OrderWait wait;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "TABLE", description = "such as dim.customer")
  String table;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "CUT|TIME",
      description = "a cut, or an instant such as 2026-01-31T12:00:00Z")
  String to;

  @Override
  public Integer call() throws Exception {
    TableName name = Names.table(spec, table);
    if (!name.schema().equals(DIMENSIONS)) {
      throw new ParameterException(spec.commandLine(), "only a dimension can be rewound");
    }
    requireCutOrInstant();
    try (ServiceCalls calls = new ServiceCalls(place.running())) {
      OrderWait.Before before = wait.before(calls, name);
      long cut = calls.rewind(name, to);
      spec.commandLine()
          .getOut()
          .println(name + " goes back to " + to + " and is computed anew from there at cut " + cut);
      return wait.until(cut, before, calls);
    }
  }

  private void requireCutOrInstant() {
    if (to.matches("\\d{1,18}")) {
      return;
    }
    try {
      Instant.parse(to);
    } catch (DateTimeParseException e) {
      throw new ParameterException(
          spec.commandLine(), "--to is a cut or an instant such as 2026-01-31T12:00:00Z", e);
    }
  }
}
