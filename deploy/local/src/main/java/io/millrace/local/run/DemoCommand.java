package io.millrace.local.run;

import io.millrace.cli.DurationText;
import io.millrace.cli.ExitCode;
import io.millrace.cli.RunFile;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.PostgresAddress;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import io.millrace.local.process.Child;
import io.millrace.local.process.ChildSpec;
import io.millrace.local.process.Children;
import io.millrace.local.process.JavaCommand;
import io.millrace.local.shop.ShopLoader;
import io.millrace.local.shop.ShopSlots;
import io.millrace.local.shop.ShopWorkload;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace demo}. */
@Command(
    name = "demo",
    description =
        "Runs a shop, a stand-in for GitHub, Kafka, a registry and the four services here, until"
            + " Ctrl-C.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class DemoCommand implements Callable<Integer> {
  private static final Duration GITHUB_LIMIT = Duration.ofSeconds(30);
  static final String ORG = "millrace";

  @Spec CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where data and logs go (default: ${DEFAULT-VALUE}).",
      defaultValue = ".millrace/demo")
  Path dir;

  @Option(names = "--keep", description = "Keep the data; the next demo goes on with them.")
  boolean keep;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      converter = DurationText.class,
      description =
          "End that long after every table has shown its initial cut, judge lag and data.")
  Optional<Duration> limit = Optional.empty();

  @Option(
      names = "--scale",
      paramLabel = "S",
      description = "TPC-H scale of the shop (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.01")
  double scale;

  @Option(
      names = "--rate",
      paramLabel = "R",
      converter = Rate.class,
      description = "Transactions a second (default: ${DEFAULT-VALUE}).",
      defaultValue = "20")
  double rate;

  @Option(names = "--seed", paramLabel = "N", description = "Of the workload (default: random).")
  Optional<Long> seed = Optional.empty();

  @Option(
      names = "--port-base",
      paramLabel = "PORT",
      converter = PortBase.class,
      description = "First of ten ports in a row (default: free ones).",
      defaultValue = "0")
  int portBase;

  @Override
  public Integer call() throws Exception {
    ShopLoader.requireScale(scale);
    DemoFolder folder = new DemoFolder(dir.toAbsolutePath().normalize());
    try (Interruption _ = new Interruption()) {
      return run(folder);
    } catch (InterruptedException e) {
      return ExitCode.OK;
    }
  }

  private int run(DemoFolder folder) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    StackSpec wanted = StackSpec.all(folder.stack()).withPortBase(portBase);
    ServicePorts ports = ServicePorts.of(portBase);
    folder.finishDeleting();
    Stack stack = Stack.start(wanted, out::println);
    try {
      RunFile run =
          new RunFile(
              ProcessHandle.current().pid(),
              folder.warehouse().toString(),
              folder.lake().toString(),
              stack.kafkaBootstrap(),
              stack.registryUrl(),
              ports.services());
      folder.takeExample(Home.path());
      run.write(folder.path());
      return withShop(folder, stack, ports, run, out);
    } finally {
      stack.close();
      if (!keep) {
        folder.delete();
      }
      out.println(keep ? "stopped; the data stay in " + folder.path() : "stopped");
    }
  }

  private int withShop(
      DemoFolder folder, Stack stack, ServicePorts ports, RunFile run, PrintWriter out)
      throws InterruptedException {
    ShopLoader.load(stack.postgres(), scale, out::println);
    long drawn = seed.orElseGet(() -> (long) new SecureRandom().nextInt(1_000_000));
    try (ShopWorkload workload =
            ShopWorkload.start(
                stack.postgres(),
                new ShopWorkload.Settings(rate, 3, drawn, ShopWorkload.Settings.ENDLESS),
                out::println);
        Children children = new Children()) {
      Child github = children.start(github(folder, ports, drawn));
      github.awaitReady(GITHUB_LIMIT);
      out.println("GitHub's stand-in at http://127.0.0.1:" + ports.github());
      new Services(Home.path(), folder.path(), run, environment(stack.postgres(), ports))
          .start(children);
      out.printf(
          Locale.ROOT, "the four services start; their logs are in %s/logs%n", folder.path());
      return new LocalRun(run, out, stack.ended()).watch(children, limit, workload::close);
    } finally {
      if (!keep) {
        dropSlot(stack.postgres(), out);
      }
    }
  }

  private static void dropSlot(PostgresAddress postgres, PrintWriter out) {
    try {
      ShopSlots.drop(postgres);
    } catch (MillraceException e) {
      out.println(e.getMessage());
    }
  }

  private static ChildSpec github(DemoFolder folder, ServicePorts ports, long seed) {
    Path lib = JavaCommand.placeOf(DemoCommand.class).resolveSibling("lib");
    List<String> arguments =
        List.of(
            "--port",
            String.valueOf(ports.github()),
            "--org",
            ORG,
            "--seed",
            String.valueOf(seed),
            "--token-env",
            "GITHUB_TOKEN");
    return new ChildSpec(
        "GitHub's stand-in",
        new JavaCommand(
                128,
                List.of("-Duser.language=en"),
                List.of(lib + "/*"),
                "io.millrace.demo.github.Main",
                arguments)
            .line(),
        Map.of("GITHUB_TOKEN", ORG),
        folder.path(),
        folder.path().resolve("logs").resolve("github.log"),
        "listening on");
  }

  /** What the example warehouse's sources refer to. */
  static Map<String, String> environment(PostgresAddress postgres, ServicePorts ports) {
    return Map.of(
        "GITHUB_INTERVAL", "5 seconds",
        "SHOP_HOST", postgres.host(),
        "SHOP_PORT", String.valueOf(postgres.port()),
        "SHOP_DATABASE", postgres.database(),
        "SHOP_USER", postgres.user(),
        "SHOP_PASSWORD", postgres.password(),
        "GITHUB_API", "http://127.0.0.1:" + ports.github(),
        "GITHUB_ORG", ORG,
        "GITHUB_TOKEN", ORG);
  }
}
