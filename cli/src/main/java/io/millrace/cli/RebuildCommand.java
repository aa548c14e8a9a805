package io.millrace.cli;

import io.millrace.contracts.TableName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace rebuild}. */
@Command(
    name = "rebuild",
    description = "Has a table computed anew; the difference is one ordinary version.",
    footer = ServiceCalls.TOKEN_HELP,
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class RebuildCommand implements Callable<Integer> {
  @Mixin Place place;
  @Mixin OrderWait wait;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "TABLE", description = "such as dim.customer")
  String table;

  @Option(
      names = "--lose-history",
      description = "Allow a dimension or a history to lose what is no longer held.")
  boolean loseHistory;

  @Override
  public Integer call() throws Exception {
    TableName name = Names.table(spec, table);
    try (ServiceCalls calls = new ServiceCalls(place.running())) {
      OrderWait.Before before = wait.before(calls, name);
      long cut = calls.rebuild(name, loseHistory);
      spec.commandLine().getOut().println(name + " is computed anew at cut " + cut);
      return wait.until(cut, before, calls);
    }
  }
}
