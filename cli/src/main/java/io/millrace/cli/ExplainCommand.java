package io.millrace.cli;

import io.millrace.cli.sql.RefreshRecord;
import io.millrace.contracts.TableName;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.algebra.Block;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  private static final int LOOK_BACK = 1000;

  @Spec CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "the warehouse folder")
  Path folder;

  @Parameters(index = "1", paramLabel = "TABLE", description = "such as marts.sales")
  String table;

  @Option(names = "--offline", description = "Ask no source.")
  boolean offline;

  @Override
  public Integer call() throws Exception {
    TableName name = Names.table(spec, table);
    Validation validation = new Folder(folder, System.getenv()).alone(offline);
    PrintWriter out = spec.commandLine().getOut();
    Optional<Table> found = validation.warehouse().flatMap(w -> w.table(name));
    if (found.isEmpty()) {
      validation.problems().forEach(out::println);
      validation.unchecked().forEach(what -> out.println("not checked: " + what));
      out.println("there is no table " + table + " that can be read");
      return ExitCode.FAILED;
    }
    if (!(found.get() instanceof DynamicTable dynamic)) {
      out.println(table + " is no dynamic table: it is kept row by row");
      return ExitCode.OK;
    }
    out.println(table + ", REFRESH_MODE = " + dynamic.refreshMode());
    Block.lines(dynamic.algebra()).forEach(out::println);
    Alterations.lines(folder, validation.orThrow()).stream()
        .filter(line -> line.contains("  " + dynamic.name() + ": "))
        .forEach(out::println);
    costs(dynamic.name()).forEach(out::println);
    return ExitCode.OK;
  }

  /** What the newest refreshes were thought to take and took, as far as the lake tells. */
  private List<String> costs(TableName name) {
    List<RefreshRecord> newest;
    try (Lake lake = LakeLocation.of(lake(folder), System.getenv()).open()) {
      newest = RefreshRecord.newest(lake, name, LOOK_BACK);
    }
    List<String> lines = new ArrayList<>();
    newest.stream()
        .filter(r -> r.predicts())
        .findFirst()
        .ifPresent(r ->
            lines.add(
                "predicted at cut %d: FULL %s, INCREMENTAL %s"
                    .formatted(
                        r.cut(),
                        HistoryCommand.millis(r.predictedFullMillis()),
                        HistoryCommand.millis(r.predictedIncrementalMillis()))));
    for (String strategy : List.of("FULL", "INCREMENTAL")) {
      newest.stream()
          .filter(r -> r.strategy().equals(strategy))
          .findFirst()
          .ifPresent(r ->
              lines.add(
                  "last %s at cut %d: %s, with the commit %d ms (%s)"
                      .formatted(
                          strategy,
                          r.cut(),
                          HistoryCommand.millis(r.strategyMillis()),
                          r.millis(),
                          r.choice())));
    }
    return lines;
  }

  /** The lake of a run in the folder, else of its warehouse.yml. */
  static String lake(Path folder) {
    return RunFile.find(Optional.of(folder))
        .map(RunFile::lake)
        .orElseGet(() -> WarehouseYaml.read(folder, System.getenv()).lake());
  }
}
