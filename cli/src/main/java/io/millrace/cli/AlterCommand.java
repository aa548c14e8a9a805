package io.millrace.cli;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.statement.PropertyEdit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code millrace alter}: sets properties of a dynamic table in its file, for the folder is where
 * they are said. What the folder does not allow is not written.
 */
@Command(
    name = "alter",
    description = "Sets properties of a dynamic table; its query and its rows stay.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class AlterCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "the warehouse folder")
  Path folder;

  @Parameters(index = "1", paramLabel = "TABLE", description = "such as marts.sales")
  String table;

  @Option(
      names = "--set",
      required = true,
      paramLabel = "PROPERTY=VALUE",
      description =
          "TARGET_LAG, REFRESH_MODE, INITIALIZE, CARDINALITY_THRESHOLD or COMMENT; may be repeated")
  Map<String, String> properties;

  @Override
  public Integer call() throws Exception {
    TableName name = Names.table(spec, table);
    Path file = folder.resolve(name.schema()).resolve(name.name() + ".sql");
    if (!name.schema().equals("marts") || !Files.exists(file)) {
      throw new ParameterException(
          spec.commandLine(),
          folder + " has no dynamic table " + name + ", for " + file + " is not there");
    }
    String before = Files.readString(file);
    Set<Problem> known = new HashSet<>(problems());
    Files.writeString(file, edited(before));
    List<Problem> wrong = problems().stream().filter(p -> !known.contains(p)).toList();
    PrintWriter out = spec.commandLine().getOut();
    if (!wrong.isEmpty()) {
      Files.writeString(file, before);
      wrong.forEach(out::println);
      return ExitCode.FAILED;
    }
    out.println(file + " is written; it counts from the next start of the services on");
    return ExitCode.OK;
  }

  private List<Problem> problems() throws IOException {
    return new Folder(folder, System.getenv()).alone(true).problems();
  }

  private String edited(String statement) {
    String text = statement;
    for (Map.Entry<String, String> property : properties.entrySet()) {
      String key = property.getKey().toUpperCase(Locale.ROOT);
      if (!PropertyEdit.PROPERTIES.contains(key)) {
        throw new ParameterException(
            spec.commandLine(),
            key + " cannot be set; legal are " + String.join(", ", PropertyEdit.PROPERTIES));
      }
      text =
          PropertyEdit.set(text, key, property.getValue())
              .orElseThrow(() ->
                  new ParameterException(
                      spec.commandLine(), "the statement of " + table + " cannot be read"));
    }
    return text;
  }
}
