package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.problem.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace validate}. */
@Command(
    name = "validate",
    description = "Says what is wrong with a warehouse folder, with file and line.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class ValidateCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "the warehouse folder")
  Path folder;

  @Option(names = "--offline", description = "Ask no source; what could not be checked is listed.")
  boolean offline;

  @Option(
      names = {"-o", "--output"},
      description = "text or json",
      defaultValue = "text")
  OutputForm form;

  @Override
  public Integer call() throws Exception {
    Validation validation = new Folder(folder, System.getenv()).checked(offline);
    PrintWriter out = spec.commandLine().getOut();
    if (form == OutputForm.JSON) {
      out.println(json(validation));
    } else {
      validation.problems().forEach(out::println);
      validation.unchecked().forEach(what -> out.println("not checked: " + what));
      validation.notices().forEach(what -> out.println("note: " + what));
      out.println(summary(validation));
    }
    return validation.problems().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private String summary(Validation validation) {
    int problems = validation.problems().size();
    if (problems > 0) {
      return problems == 1 ? "1 problem" : problems + " problems";
    }
    return folder
        + " is valid"
        + validation
            .warehouse()
            .map(w -> ": " + w.sources().size() + " sources, " + w.tables().size() + " tables")
            .orElse(" as far as it could be checked");
  }

  private static String json(Validation validation) throws JsonProcessingException {
    ObjectNode answer = JSON.createObjectNode();
    answer.put("valid", validation.problems().isEmpty());
    for (Problem problem : validation.problems()) {
      ObjectNode node = answer.withArray("problems").addObject();
      node.put("code", problem.code().code());
      node.put("file", problem.file().toString());
      node.put("line", problem.line());
      node.put("column", problem.column());
      node.put("message", problem.message());
      node.put("hint", problem.hint().orElse(null));
    }
    validation.unchecked().forEach(answer.withArray("unchecked")::add);
    validation.notices().forEach(answer.withArray("notices")::add);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
  }
}
