package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.contracts.Service;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace status}. */
@Command(
    name = "status",
    description = "Says what each source and table of a running warehouse does.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class StatusCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin Place place;
  @Spec CommandSpec spec;

  @Option(
      names = {"-o", "--output"},
      description = "text or json",
      defaultValue = "text")
  OutputForm form;

  @Override
  public Integer call() throws Exception {
    Map<Service, @Nullable JsonNode> answers = new EnumMap<>(Service.class);
    try (ServiceCalls calls = new ServiceCalls(place.running())) {
      for (Service service : Service.values()) {
        answers.put(service, calls.status(service).orElse(null));
      }
    }
    if (form == OutputForm.JSON) {
      ArrayNode all = JSON.createArrayNode();
      answers.values().forEach(all::add);
      spec.commandLine()
          .getOut()
          .println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all));
    } else {
      new StatusText(Clock.systemUTC())
          .lines(answers)
          .forEach(spec.commandLine().getOut()::println);
    }
    return answers.containsValue(null) ? ExitCode.FAILED : ExitCode.OK;
  }
}
