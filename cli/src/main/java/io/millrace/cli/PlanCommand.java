package io.millrace.cli;

import io.millrace.cli.plan.TablePlan;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.Warehouse;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace plan}. */
@Command(
    name = "plan",
    description =
        "Says what a warehouse folder would change in its lake: which tables are created, which"
            + " have to be rebuilt and at what cost, which are left without a statement. Changes"
            + " nothing.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class PlanCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "the warehouse folder")
  Path folder;

  @Option(names = "--offline", description = "Ask no source.")
  boolean offline;

  @Option(
      names = "--lake",
      paramLabel = "PATH",
      description = "The lake, instead of that of the run or of warehouse.yml.")
  Optional<String> lake = Optional.empty();

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Validation validation = new Folder(folder, System.getenv()).alone(offline);
    if (validation.warehouse().isEmpty()) {
      validation.problems().forEach(out::println);
      validation.unchecked().forEach(u -> out.println("unchecked: " + u));
      return ExitCode.FAILED;
    }
    Warehouse warehouse = validation.warehouse().get();
    String root = lake.orElseGet(() -> ExplainCommand.lake(folder));
    try (Lake tables = LakeLocation.of(root, System.getenv()).open()) {
      List<TablePlan> plans = TablePlan.of(warehouse, tables);
      plans.stream().flatMap(plan -> plan.lines().stream()).forEach(out::println);
      long same = warehouse.tables().size() - plans.stream().filter(TablePlan::stated).count();
      Alterations.lines(folder, warehouse).forEach(out::println);
      out.println(same + (same == 1 ? " table stays as it is" : " tables stay as they are"));
    }
    return ExitCode.OK;
  }
}
