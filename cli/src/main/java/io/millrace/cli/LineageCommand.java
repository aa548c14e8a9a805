package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.Table;
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

/** {@code millrace lineage}. */
@Command(
    name = "lineage",
    description = "Says what each table is made from, or which fact uses which dimension.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class LineageCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "the warehouse folder")
  Path folder;

  @Option(names = "--bus-matrix", description = "Facts by dimensions, from the lookups.")
  boolean busMatrix;

  @Option(names = "--offline", description = "Ask no source.")
  boolean offline;

  @Option(
      names = {"-o", "--output"},
      description = "text or json",
      defaultValue = "text")
  OutputForm form;

  @Override
  public Integer call() throws Exception {
    Validation validation = new Folder(folder, System.getenv()).alone(offline);
    PrintWriter out = spec.commandLine().getOut();
    Optional<Warehouse> warehouse = validation.warehouse();
    if (warehouse.isEmpty()) {
      validation.problems().forEach(out::println);
      validation.unchecked().forEach(what -> out.println("not checked: " + what));
      return ExitCode.FAILED;
    }
    boolean json = form == OutputForm.JSON;
    if (busMatrix) {
      BusMatrix matrix = BusMatrix.of(warehouse.get());
      (json ? List.of(matrix.json()) : matrix.lines()).forEach(out::println);
      if (!json && matrix.facts().isEmpty()) {
        out.println("no facts: no dynamic table looks a dimension up or says FACT");
      }
    } else if (json) {
      out.println(json(warehouse.get()));
    } else {
      lines(warehouse.get()).forEach(out::println);
    }
    return ExitCode.OK;
  }

  private static List<String> lines(Warehouse warehouse) {
    TextTable text = new TextTable(List.of("table", "is made from"), List.of());
    for (Table table : warehouse.tables()) {
      text.row(List.of(table.name().toString(), String.join(", ", inputs(table))));
    }
    return text.lines();
  }

  private static String json(Warehouse warehouse) throws JsonProcessingException {
    ObjectNode answer = JSON.createObjectNode();
    for (Table table : warehouse.tables()) {
      inputs(table).forEach(answer.withArray(table.name().toString())::add);
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
  }

  private static List<String> inputs(Table table) {
    return table instanceof StagingTable staging
        ? List.of("raw." + staging.source() + "." + staging.resource())
        : table.inputs().stream().map(Object::toString).toList();
  }
}
