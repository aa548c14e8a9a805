package io.millrace.cli;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Block;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Reason;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace explain}. */
@Command(
    name = "explain",
    description = "Prints the blocks of a dynamic table's query and how each is kept.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class ExplainCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "the warehouse folder")
  Path folder;

  @Parameters(index = "1", paramLabel = "TABLE", description = "such as marts.sales")
  String table;

  @Option(names = "--offline", description = "Ask no source.")
  boolean offline;

  @Override
  public Integer call() throws Exception {
    Validation validation = new Folder(folder, System.getenv()).alone(offline);
    PrintWriter out = spec.commandLine().getOut();
    Optional<Table> found = validation.warehouse().flatMap(w -> w.table(TableName.parse(table)));
    if (found.isEmpty()) {
      validation.problems().forEach(out::println);
      out.println("there is no table " + table + " that can be read");
      return ExitCode.FAILED;
    }
    if (!(found.get() instanceof DynamicTable dynamic)) {
      out.println(table + " is no dynamic table: it is kept row by row");
      return ExitCode.OK;
    }
    out.println(table + ", REFRESH_MODE = " + dynamic.refreshMode());
    switch (dynamic.algebra()) {
      case Algebra.Known(Node root) -> Block.of(root).lines().forEach(out::println);
      case Algebra.Unknown(Reason reason, String construct) ->
          out.println("FULL query (" + reason + ": " + construct + ", " + reason.text() + ")");
    }
    return ExitCode.OK;
  }
}
