package io.millrace.cli;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Warehouse;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace erase}. */
@Command(
    name = "erase",
    description =
        "Erases the history of one natural key from a dimension, and says where else it is and"
            + " until when. Delete it at the source first.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class EraseCommand implements Callable<Integer> {
  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "TABLE", description = "such as dim.customer")
  String table;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "VALUE",
      description = "A value of the natural key; once for each of its columns, in their order.")
  List<String> key;

  @Option(
      names = {"-o", "--output"},
      description = "text or json",
      defaultValue = "text")
  OutputForm form;

  @Override
  public Integer call() throws Exception {
    TableName name = Names.table(spec, table);
    RunFile run = place.running();
    Warehouse warehouse =
        new Folder(place.warehouse(), System.getenv()).warehouse(Optional.of(run));
    Dimension dimension =
        warehouse.dimensions().stream()
            .filter(d -> d.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new MillraceException(
                    CliError.CLI_006_TABLE_UNKNOWN, "there is no dimension " + name + "."));
    Erasure erasure = new Erasure(warehouse, place.lake(), dimension, key);
    Erasure.Rows rows = erasure.rows();
    PrintWriter out = spec.commandLine().getOut();
    if (rows.current()) {
      out.println(
          "nothing is erased: "
              + dimension.input()
              + " still holds this key, so the next change would bring it back. Delete it at the"
              + " source first.");
      return ExitCode.FAILED;
    }
    if (rows.surrogateKeys().isEmpty()) {
      out.println(name + " holds no row of this key");
      return ExitCode.FAILED;
    }
    List<Erasure.Place> places = erasure.places(rows, letters(run, dimension));
    try (ServiceCalls calls = new ServiceCalls(run)) {
      long cut = calls.erase(name, rows.surrogateKeys());
      spec.commandLine().getErr().println("the order is cut " + cut);
    }
    if (form == OutputForm.JSON) {
      out.println(Erasure.json(places));
    } else {
      Erasure.lines(places).forEach(out::println);
    }
    return ExitCode.OK;
  }

  private LetterSearch.Found letters(RunFile run, Dimension dimension) {
    try (SchemaRegistry registry = new SchemaRegistry(URI.create(run.registry()))) {
      return new LetterSearch(new LetterBytes(registry::byId), dimension.input(), key)
          .in(Letters.of(run).all());
    }
  }
}
