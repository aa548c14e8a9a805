package io.millrace.cli;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.statement.StatementHead;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code millrace create}: puts a statement into its place in a warehouse folder, if nothing is
 * wrong with it there.
 */
@Command(
    name = "create",
    description =
        "Checks a CREATE statement against a warehouse folder and puts it in its place there; the"
            + " table is made when the services start anew.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class CreateCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "the warehouse folder")
  Path folder;

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "the statement")
  Path statement;

  @Override
  public Integer call() throws Exception {
    String text = read();
    StatementFile file = new StatementFile(folder, StatementHead.file(text));
    List<Problem> problems = new ArrayList<>(file.addedBy(text));
    boolean replaces = StatementHead.of(text).map(StatementHead::replace).orElse(false);
    if (file.exists() && !replaces) {
      problems.add(
          new Problem(
              WarehouseError.WH_014_DUPLICATE_NAME,
              file.path(),
              1,
              1,
              "the folder has this table",
              Optional.of("say CREATE OR REPLACE, or edit the file")));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (!problems.isEmpty()) {
      problems.forEach(out::println);
      out.println("nothing is written");
      return ExitCode.FAILED;
    }
    file.replace(text);
    out.println(
        "%s is written; millrace plan %s says what the next start of the services makes of it"
            .formatted(file.file(), folder));
    return ExitCode.OK;
  }

  private String read() {
    try {
      return Files.readString(statement);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "--file " + statement + " is no file of UTF-8 text", e);
    }
  }
}
