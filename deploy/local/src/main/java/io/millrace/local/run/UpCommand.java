package io.millrace.local.run;

import io.millrace.cli.ExitCode;
import io.millrace.cli.RunFile;
import io.millrace.cli.WarehouseYaml;
import io.millrace.local.Part;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import io.millrace.local.process.Children;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
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
  Optional<Path> lake = Optional.empty();

  @Option(
      names = "--for",
      paramLabel = "TIME",
      converter = DurationText.class,
      description = "End that long after every table has shown its first cut; judge lag and data.")
  Optional<Duration> limit = Optional.empty();

  @Option(
      names = "--port-base",
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
    Path at =
        lake.map(l -> l.toAbsolutePath().normalize())
            .orElseGet(() -> WarehouseYaml.read(folder, System.getenv()).lake());
    Path own = folder.resolve(".millrace");
    try (Started started = Started.of(own.resolve("stack"), missing(), portBase, out);
        Children children = new Children()) {
      RunFile run =
          new RunFile(
              ProcessHandle.current().pid(),
              folder.toString(),
              at.toString(),
              kafka.orElseGet(() -> started.require().kafkaBootstrap()),
              registry.orElseGet(() -> started.require().registryUrl()),
              ServicePorts.of(portBase).services());
      run.write(folder);
      new Services(Home.path(), own, run, System.getenv()).start(children);
      out.println("the four services start; their logs are in " + own.resolve("logs"));
      return new LocalRun(run, out, started.ended()).watch(children, limit, () -> {});
    }
  }

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

  /** The parts of the stack that the user has not. */
  private record Started(@Nullable Stack stack) implements AutoCloseable {
    static Started of(Path dir, Set<Part> parts, int portBase, PrintWriter out)
        throws InterruptedException {
      return new Started(
          parts.isEmpty() ? null : Stack.start(new StackSpec(parts, dir, portBase), out::println));
    }

    Stack require() {
      return java.util.Objects.requireNonNull(stack);
    }

    CompletableFuture<Void> ended() {
      return stack == null ? new CompletableFuture<>() : stack.ended();
    }

    @Override
    public void close() {
      if (stack != null) {
        stack.close();
      }
    }
  }
}
