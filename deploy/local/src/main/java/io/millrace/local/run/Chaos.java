package io.millrace.local.run;

import io.millrace.cli.RunFile;
import io.millrace.cli.ServiceCalls;
import io.millrace.cli.verify.Finding;
import io.millrace.contracts.Service;
import io.millrace.demo.github.Organization;
import io.millrace.local.Stack;
import io.millrace.local.github.GithubWorkload;
import io.millrace.local.judge.Judge;
import io.millrace.local.process.Supervisor;
import io.millrace.local.shop.ShopWorkload;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * The example warehouse under workload, its services killed and started again; then judged.
 *
 * @param services not started yet
 * @param organization what GitHub's stand-in serves
 * @param scratch where the judge copies the sources' rows to
 * @param out where a person reads
 */
record Chaos(
    RunFile run,
    Services services,
    Stack stack,
    Organization organization,
    Path scratch,
    PrintWriter out) {
  private static final List<Service> ALL = List.of(Service.values());
  private static final int PAUSE_MILLIS_MIN = 2_000;
  private static final int PAUSE_MILLIS_MAX = 8_000;
  private static final double TICKS_PER_SECOND = 2;
  private static final Duration LAST_WORK = Duration.ofSeconds(3);
  private static final Duration DRAIN_LIMIT = Duration.ofMinutes(10);

  /**
   * What is done to it.
   *
   * @param kills how often a service is killed, 2 to 8 s apart, from its first start on
   * @param seed of the kills and the workload
   * @param rate transactions a second
   */
  record Plan(int kills, long seed, double rate) {}

  /** Whether every table has caught up and is right. */
  boolean run(Plan plan) throws InterruptedException {
    CompletableFuture<Void> death = stack.ended();
    Map<Service, Integer> tables = new LocalRun(run, out, death).tables();
    try (Supervisor supervisor = new Supervisor(this::say);
        ServiceCalls calls = new ServiceCalls(run)) {
      for (Service service : Service.values()) {
        supervisor.start(services.spec(service));
      }
      Instant quiet = kill(plan, supervisor, death);
      if (!new Drain(calls, tables, out).await(quiet, DRAIN_LIMIT, death)) {
        say("not every table has caught up within " + DRAIN_LIMIT.toMinutes() + " minutes");
        return false;
      }
      return judge();
    }
  }

  /** Works and kills; the moment from when on the sources are quiet. */
  private Instant kill(Plan plan, Supervisor supervisor, CompletableFuture<Void> death)
      throws InterruptedException {
    Random random = new Random(plan.seed());
    long begin = System.nanoTime();
    try (ShopWorkload workload =
            ShopWorkload.start(
                stack.postgres(),
                new ShopWorkload.Settings(
                    plan.rate(), 3, plan.seed(), ShopWorkload.Settings.ENDLESS),
                out::println);
        GithubWorkload _ = GithubWorkload.start(organization, TICKS_PER_SECOND)) {
      for (int i = 1; i <= plan.kills(); i++) {
        LocalRun.pause(
            death, Duration.ofMillis(random.nextInt(PAUSE_MILLIS_MIN, PAUSE_MILLIS_MAX)));
        Service service = ALL.get(random.nextInt(ALL.size()));
        long pid = supervisor.kill(services.spec(service).name());
        say(
            String.format(
                Locale.ROOT,
                "kill %d of %d, after %.1f s: %s, process %d",
                i,
                plan.kills(),
                (System.nanoTime() - begin) / 1e9,
                service.id(),
                pid));
      }
      LocalRun.pause(death, LAST_WORK);
      say(
          String.format(
              Locale.ROOT,
              "the workload ends: %,d transactions committed, %,d rolled back",
              workload.counts().committedInAll(),
              workload.counts().rolledBack()));
    }
    return Clock.systemUTC().instant();
  }

  private boolean judge() {
    List<Finding> findings =
        new Judge(run, stack.postgres(), organization, scratch.resolve("judge")).findings();
    findings.forEach(finding -> say(finding.toString()));
    long wrong = findings.stream().filter(f -> f.outcome() != Finding.Outcome.RIGHT).count();
    say(
        wrong == 0
            ? "all " + findings.size() + " tables are right"
            : wrong + " of " + findings.size() + " tables are not right");
    return wrong == 0;
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
