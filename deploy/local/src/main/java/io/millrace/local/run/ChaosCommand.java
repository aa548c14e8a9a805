package io.millrace.local.run;

import io.millrace.cli.Count;
import io.millrace.cli.ExitCode;
import io.millrace.cli.RunFile;
import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.Organization;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import io.millrace.local.shop.ShopLoader;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace chaos}. */
@Command(
    name = "chaos",
    description =
        "Runs the demo under workload and kills its services, kill -9, at random moments; then lets"
            + " it drain and judges every table by the sources and by the shop's own history.",
    footer = {
      "",
      "Exit code 0 if every table is right, 4 if one is wrong or does not catch up.",
      "The data are deleted at the end if all is right."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class ChaosCommand implements Callable<Integer> {
  private static final int REPOSITORIES = 20;
  private static final int ISSUES = 200;

  @Spec CommandSpec spec;

  @Option(
      names = "--kills",
      paramLabel = "N",
      description = "How many services are killed (default: ${DEFAULT-VALUE}).",
      converter = Count.class,
      defaultValue = "10")
  int kills;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of the kills and the workload (default: random, printed).")
  Optional<Long> seed = Optional.empty();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where data and logs go (default: ${DEFAULT-VALUE}).",
      defaultValue = ".millrace/chaos")
  Path dir;

  @Option(
      names = "--rate",
      paramLabel = "R",
      converter = Rate.class,
      description = "Transactions a second (default: ${DEFAULT-VALUE}).",
      defaultValue = "20")
  double rate;

  @Override
  public Integer call() throws Exception {
    DemoFolder folder = new DemoFolder(dir.toAbsolutePath().normalize());
    requireNew(folder);
    try (Interruption _ = new Interruption()) {
      return run(folder);
    } catch (InterruptedException e) {
      return ExitCode.FAILED;
    }
  }

  private int run(DemoFolder folder) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    long drawn = seed.orElseGet(() -> (long) new SecureRandom().nextInt(1_000_000));
    out.printf(
        Locale.ROOT, "again: millrace chaos --kills %d --seed %d --rate %s%n", kills, drawn, rate);
    boolean right = false;
    Stack stack = Stack.start(StackSpec.all(folder.stack()), out::println);
    try {
      right = withStack(folder, stack, drawn, out);
      return right ? ExitCode.OK : ExitCode.DATA;
    } finally {
      stack.close();
      if (right) {
        folder.delete();
      }
      out.println(right ? "stopped" : "stopped; the data stay in " + folder.path());
      out.flush();
    }
  }

  private boolean withStack(DemoFolder folder, Stack stack, long drawn, PrintWriter out)
      throws InterruptedException {
    ShopLoader.load(stack.postgres(), ShopLoader.SMALL, out::println);
    ServicePorts ports = ServicePorts.of(StackSpec.FREE_PORTS);
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
    Clock clock = Clock.systemUTC();
    Organization organization =
        new Organization(DemoCommand.ORG, REPOSITORIES, ISSUES, drawn, clock);
    try (GithubApi _ =
        new GithubApi(
            organization,
            new GithubApi.Options(ports.github(), DemoCommand.ORG, 0, Integer.MAX_VALUE),
            clock)) {
      Services services =
          new Services(
              Home.path(), folder.path(), run, DemoCommand.environment(stack.postgres(), ports));
      return new Chaos(run, services, stack, organization, folder.path().resolve("logs"), out)
          .run(new Chaos.Plan(kills, drawn, rate));
    }
  }

  /** The stand-in's memory ends with a run, so no run goes on with another's lake. */
  private static void requireNew(DemoFolder folder) {
    if (Files.exists(folder.lake()) || Files.exists(folder.stack())) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE,
          "The folder "
              + folder.path()
              + " holds the data of an earlier run. Delete it, or give another --dir.");
    }
  }
}
