package io.millrace.cli;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.statement.PropertyEdit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    String edited = edited(Files.readString(file));
    List<Problem> wrong = addedBy(folder.relativize(file), edited);
    PrintWriter out = spec.commandLine().getOut();
    if (!wrong.isEmpty()) {
      wrong.forEach(out::println);
      return ExitCode.FAILED;
    }
    replace(file, edited);
    out.println(file + " is written; it counts from the next start of the services on");
    return ExitCode.OK;
  }

  /** The problems that the folder has not now, wherever a line was moved to. */
  private List<Problem> addedBy(Path file, String text) {
    Folder read = new Folder(folder, System.getenv());
    List<String> known =
        new ArrayList<>(
            read.alone(true).problems().stream().map(AlterCommand::withoutPlace).toList());
    return read.draft(file, text).problems().stream()
        .filter(problem -> !known.remove(withoutPlace(problem)))
        .toList();
  }

  private static String withoutPlace(Problem problem) {
    return problem.file() + ": " + problem.code().code() + " " + problem.message();
  }

  /** Readers see the old text or the new one, whatever happens. */
  private static void replace(Path file, String text) throws IOException {
    Path written = file.resolveSibling("." + file.getFileName() + ".tmp");
    try {
      Files.writeString(written, text);
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(written);
    }
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
