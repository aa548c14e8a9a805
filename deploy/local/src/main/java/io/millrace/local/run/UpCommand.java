package io.millrace.local.run;

import io.millrace.cli.DurationText;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Folder;
import io.millrace.cli.RunFile;
import io.millrace.cli.WarehouseYaml;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.lake.LakeLocation;
import io.millrace.local.Part;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import io.millrace.local.process.Children;
import io.millrace.warehouse.problem.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace up}. */
@Command(
    name = "up",
    description =
        "Runs a warehouse here until Ctrl-C: the four services, and Kafka and a registry unless"
            + " they are given.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class UpCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "the warehouse folder")
  Path dir;

  @Option(names = "--kafka", paramLabel = "H:P", description = "Brokers of your own.")
  Optional<String> kafka = Optional.empty();

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = "A schema registry of your own (Confluent's interface).")
  Optional<String> registry = Optional.empty();

  @Option(names = "--lake", paramLabel = "PATH", description = "Instead of that in warehouse.yml.")
  Optional<String> lake = Optional.empty();

  @Option(
      names = "--for",
      paramLabel = "TIME",
      converter = DurationText.class,
      description = "End that long after every table has shown its first cut; judge lag and data.")
  Optional<Duration> limit = Optional.empty();

  @Option(
      names = "--port-base",
      paramLabel = "PORT",
      converter = PortBase.class,
      description = "First of ten ports in a row (default: free ones).",
      defaultValue = "0")
  int portBase;

  @Override
  public Integer call() throws Exception {
    try (Interruption _ = new Interruption()) {
      return run();
    } catch (InterruptedException e) {
      return ExitCode.OK;
    }
  }

  private int run() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Path folder = dir.toAbsolutePath().normalize();
    String at =
        lake.map(UpCommand::absolute)
            .orElseGet(() -> WarehouseYaml.read(folder, System.getenv()).lake());
    if (isWrong(folder)) {
      return ExitCode.FAILED;
    }
    Path own = folder.resolve(".millrace");
    ServicePorts ports = ServicePorts.of(portBase);
    StackSpec wanted = new StackSpec(missing(), own.resolve("stack"), portBase);
    try (Stack stack = Stack.start(wanted, out::println);
        Children children = new Children()) {
      RunFile run =
          new RunFile(
              ProcessHandle.current().pid(),
              folder.toString(),
              at,
              kafka.orElseGet(stack::kafkaBootstrap),
              registry.orElseGet(stack::registryUrl),
              ports.services());
      run.write(folder);
      new Services(Home.path(), own, run, System.getenv()).start(children);
      out.println("the four services start; their logs are in " + own.resolve("logs"));
      return new LocalRun(run, out, stack.ended()).watch(children, limit, () -> {});
    }
  }

  private static String absolute(String lake) {
    return LakeLocation.isObjectStore(lake)
        ? lake
        : Path.of(lake).toAbsolutePath().normalize().toString();
  }

  /** Says what is wrong with the folder; what time can mend, the services wait for. */
  private boolean isWrong(Path folder) {
    List<Problem> problems =
        new Folder(folder, System.getenv())
            .alone(false).problems().stream()
                .filter(p -> p.code().response() != ErrorCode.Response.RETRY)
                .toList();
    problems.forEach(spec.commandLine().getErr()::println);
    return !problems.isEmpty();
  }

  /** The parts of the stack that the user has not; without any, the folder is still only ours. */
  private Set<Part> missing() {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    if (kafka.isEmpty()) {
      parts.add(Part.KAFKA);
    }
    if (registry.isEmpty()) {
      parts.add(Part.REGISTRY);
    }
    return parts;
  }
}
