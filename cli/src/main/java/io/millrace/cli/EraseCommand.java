package io.millrace.cli;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Warehouse;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    footer = ServiceCalls.TOKEN_HELP,
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class EraseCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(500);

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
    PrintWriter out = spec.commandLine().getOut();
    Map<Erasure, Erasure.Rows> found = new LinkedHashMap<>();
    for (Dimension each : warehouse.dimensions()) {
      if (each.file().equals(dimension.file())) { // a statement of type 4 makes two
        Erasure erasure = new Erasure(warehouse, place.lake(), each, key);
        found.put(erasure, erasure.rows());
      }
    }
    if (found.values().stream().anyMatch(Erasure.Rows::current)) {
      out.println(
          "nothing is erased: "
              + dimension.input()
              + " still holds this key, so the next change would bring it back. Delete it at the"
              + " source first.");
      return ExitCode.FAILED;
    }
    found.values().removeIf(rows -> rows.surrogateKeys().isEmpty());
    if (found.isEmpty()) {
      out.println(name + " holds no row of this key");
      return ExitCode.FAILED;
    }
    LetterSearch.Found letters = letters(run, dimension);
    List<Erasure.Place> places =
        found.entrySet().stream()
            .flatMap(e -> e.getKey().places(e.getValue(), letters).stream())
            .distinct()
            .toList();
    boolean erased = order(run, found);
    if (form == OutputForm.JSON) {
      out.println(Erasure.json(places));
    } else {
      Erasure.lines(places).forEach(out::println);
    }
    return erased ? ExitCode.OK : ExitCode.FAILED;
  }

  /** Gives the orders and waits for what comes of them; whether all rows are gone. */
  private boolean order(RunFile run, Map<Erasure, Erasure.Rows> found) throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    Map<Erasure, Long> orders = new LinkedHashMap<>();
    try (ServiceCalls calls = new ServiceCalls(run)) {
      for (Map.Entry<Erasure, Erasure.Rows> entry : found.entrySet()) {
        TableName name = entry.getKey().dimension().name();
        long cut = calls.erase(name, entry.getValue().ordered());
        err.println("the order for " + name + " is cut " + cut);
        orders.put(entry.getKey(), cut);
      }
    }
    long deadline = System.nanoTime() + LIMIT.toNanos();
    boolean erased = true;
    for (Map.Entry<Erasure, Long> order : orders.entrySet()) {
      Erasure.Rows left = order.getKey().rows();
      while (left.cut() < order.getValue() && System.nanoTime() < deadline) {
        Retry.pause(PAUSE);
        left = order.getKey().rows();
      }
      Dimension dimension = order.getKey().dimension();
      if (left.cut() < order.getValue()) {
        err.println(
            "%s is at cut %d after %d s: its rows are erased when it is at cut %d (millrace status)"
                .formatted(dimension.name(), left.cut(), LIMIT.toSeconds(), order.getValue()));
        erased = false;
      } else if (!left.surrogateKeys().isEmpty()) {
        err.println(
            "nothing is erased from %s (DIM-011): %s still holds this key. Delete it at the source first."
                .formatted(dimension.name(), dimension.input()));
        erased = false;
      }
    }
    return erased;
  }

  private LetterSearch.Found letters(RunFile run, Dimension dimension) {
    try (SchemaRegistry registry = new SchemaRegistry(URI.create(run.registry()))) {
      return new LetterSearch(new LetterBytes(registry::byId), dimension.input(), key)
          .in(Letters.of(run).all());
    }
  }
}
