package io.millrace.cli;

import io.millrace.contracts.TableName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code millrace suspend}, {@code resume} and {@code refresh}: orders to a dynamic table, each a
 * cut in the log, so that it outlives every process.
 */
@SuppressWarnings("NullAway.Init") // picocli fills the fields
abstract sealed class OrderCommand implements Callable<Integer> {
  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "TABLE", description = "such as marts.sales")
  String table;

  private final DynamicTableOrder order;

  OrderCommand(DynamicTableOrder order) {
    this.order = order;
  }

  @Override
  public Integer call() throws Exception {
    TableName name = Names.dynamicTable(spec, table);
    try (ServiceCalls calls = new ServiceCalls(place.running())) {
      long cut = calls.order(order, name);
      spec.commandLine().getOut().println(name + " " + order.meaning(cut));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "suspend",
      description = "Stops a dynamic table from being refreshed, until it is resumed.",
      footer = ServiceCalls.TOKEN_HELP,
      mixinStandardHelpOptions = true)
  static final class Suspend extends OrderCommand {
    Suspend() {
      super(DynamicTableOrder.SUSPEND);
    }
  }

  @Command(
      name = "resume",
      description = "Has a suspended dynamic table refreshed again.",
      footer = ServiceCalls.TOKEN_HELP,
      mixinStandardHelpOptions = true)
  static final class Resume extends OrderCommand {
    Resume() {
      super(DynamicTableOrder.RESUME);
    }
  }

  @Command(
      name = "refresh",
      description = "Has a dynamic table refreshed once, at a new cut, suspended or not.",
      footer = ServiceCalls.TOKEN_HELP,
      mixinStandardHelpOptions = true)
  static final class Refresh extends OrderCommand {
    Refresh() {
      super(DynamicTableOrder.REFRESH);
    }
  }
}
