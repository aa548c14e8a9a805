package io.millrace.cli;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.statement.PropertyEdit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code millrace alter}: sets properties of a dynamic table: in its file, where a folder is named,
 * for the folder is where they are said; else by an order to the running service, which counts at
 * once and until the folder says something else. What is not allowed is not written.
 */
@Command(
    name = "alter",
    description = {
      "Sets properties of a dynamic table; its query and its rows stay.",
      "With DIR in the table's file, from the next start of the services on; without it by an order"
          + " to those that run, at once, until the folder says something else."
    },
    footer = ServiceCalls.TOKEN_HELP,
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class AlterCommand implements Callable<Integer> {
  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(
      arity = "1..2",
      paramLabel = "[DIR] TABLE",
      hideParamSyntax = true,
      description = "a warehouse folder, and a table such as marts.sales")
  List<String> names;

  @Option(
      names = "--set",
      paramLabel = "PROPERTY=VALUE",
      description =
          "TARGET_LAG, REFRESH_MODE, CARDINALITY_THRESHOLD or COMMENT, in a file INITIALIZE as"
              + " well; may be repeated")
  Map<String, String> properties = Map.of();

  @Option(
      names = "--reset",
      paramLabel = "PROPERTY",
      description = "What the folder says counts again; may be repeated.")
  List<String> reset = List.of();

  @Override
  public Integer call() throws Exception {
    if (properties.isEmpty() && reset.isEmpty()) {
      throw wrong("say what to alter: --set PROPERTY=VALUE or --reset PROPERTY");
    }
    TableName name = Names.dynamicTable(spec, names.getLast());
    return names.size() == 1 ? order(name) : write(name, Path.of(names.getFirst()));
  }

  private Integer order(TableName name) throws InterruptedException {
    Map<String, @Nullable String> wanted = new TreeMap<>(properties);
    reset.forEach(property -> wanted.put(property, null));
    PrintWriter out = spec.commandLine().getOut();
    try (ServiceCalls calls = new ServiceCalls(place.running())) {
      out.println(name + " is altered from cut " + calls.alter(name, wanted) + " on");
    }
    if (!properties.isEmpty()) {
      out.println(
          "until its file says something else or millrace alter " + name + " --reset PROPERTY");
    }
    return ExitCode.OK;
  }

  private Integer write(TableName name, Path folder) throws IOException {
    if (!reset.isEmpty()) {
      throw wrong("--reset is for orders; what a file says is in " + folder);
    }
    StatementFile file = StatementFile.of(folder, name);
    if (!name.schema().equals("marts") || !file.exists()) {
      throw wrong(
          folder + " has no dynamic table " + name + ", for " + file.file() + " is not there");
    }
    String edited = edited(name, file.text());
    List<Problem> problems = file.addedBy(edited);
    PrintWriter out = spec.commandLine().getOut();
    if (!problems.isEmpty()) {
      problems.forEach(out::println);
      return ExitCode.FAILED;
    }
    file.replace(edited);
    out.println(file.file() + " is written; it counts from the next start of the services on");
    return ExitCode.OK;
  }

  private String edited(TableName name, String statement) {
    String text = statement;
    for (Map.Entry<String, String> property : properties.entrySet()) {
      String key = property.getKey().toUpperCase(Locale.ROOT);
      if (!PropertyEdit.PROPERTIES.contains(key)) {
        throw wrong(
            key + " cannot be set; legal are " + String.join(", ", PropertyEdit.PROPERTIES));
      }
      text =
          PropertyEdit.set(text, key, property.getValue())
              .orElseThrow(() -> wrong("the statement of " + name + " cannot be read"));
    }
    return text;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
