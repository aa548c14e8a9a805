package io.millrace.local.run;

import io.millrace.cli.ExitCode;
import io.millrace.cli.Folder;
import io.millrace.cli.RunFile;
import io.millrace.cli.ServiceCalls;
import io.millrace.cli.StatusText;
import io.millrace.cli.VerifyCommand;
import io.millrace.contracts.Service;
import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.process.Children;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The services of one warehouse from start to end, shown to a person.
 *
 * @param run how to reach them
 * @param out where the person reads
 * @param stack ends when a part of the stack dies
 */
record LocalRun(RunFile run, PrintWriter out, CompletableFuture<Void> stack) {
  private static final Duration INITIAL_LIMIT = Duration.ofMinutes(30);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /**
   * Watches until the limit has passed, counted from the moment when every table shows its initial
   * cut; without a limit until interrupted.
   *
   * @param afterwards run when the limit has passed, before tables are verified
   * @return the exit code
   * @throws MillraceException LOC-003 when a child dies
   */
  int watch(Children services, Optional<Duration> limit, Runnable afterwards)
      throws InterruptedException {
    try (ServiceCalls calls = new ServiceCalls(run)) {
      Watch watch = new Watch(calls, tables(), out);
      CompletableFuture<Object> death = CompletableFuture.anyOf(stack, services.ended());
      long begin = System.nanoTime();
      long end = begin + INITIAL_LIMIT.toNanos();
      boolean counting = false;
      while (limit.isEmpty() || System.nanoTime() < end) {
        watch.look();
        if (!counting && watch.complete()) {
          counting = true;
          end = System.nanoTime() + limit.orElse(Duration.ZERO).toNanos();
          keepSchemas();
        }
        pause(death, LOOK);
      }
      if (!counting) {
        out.println("not every table has shown its initial cut: " + watch.said());
        return ExitCode.STALE;
      }
      afterwards.run();
      return judge(watch.freshness());
    }
  }

  /** So that the lake can be verified when the run is over; the run itself does not need it. */
  private void keepSchemas() {
    try {
      new Folder(Path.of(run.warehouse()), System.getenv()).keepSchemas(run);
    } catch (MillraceException e) {
      out.println("the columns of raw tables are not kept: " + e.getMessage());
    }
  }

  private int judge(Freshness freshness) {
    List<Freshness.Miss> misses = freshness.misses();
    misses.forEach(miss ->
        out.println(
            miss.worstMillis() < 0
                ? miss.table() + " has no data time"
                : "%s was %s behind, %s more than its target of %s, %s after the initial cut"
                    .formatted(
                        miss.table(),
                        StatusText.seconds(miss.worstMillis()),
                        StatusText.seconds(miss.worstMillis() - miss.targetMillis()),
                        StatusText.seconds(miss.targetMillis()),
                        StatusText.seconds(miss.atMillis()))));
    if (misses.isEmpty()) {
      out.println("every table met its target lag");
    }
    out.println();
    int verified = VerifyCommand.verify(run, out::println);
    out.flush();
    return verified != ExitCode.OK ? verified : misses.isEmpty() ? ExitCode.OK : ExitCode.STALE;
  }

  /** One statement a file, so the files tell how many tables each service has. */
  Map<Service, Integer> tables() {
    Map<Service, Integer> counts = new EnumMap<>(Service.class);
    Map.of(Service.STAGING, "staging", Service.DIMENSION, "dimensions", Service.MARTS, "marts")
        .forEach((service, name) -> counts.put(service, statements(name)));
    return counts;
  }

  private int statements(String folder) {
    Path path = Path.of(run.warehouse()).resolve(folder);
    if (!Files.isDirectory(path)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(path)) {
      return (int) files.filter(f -> f.toString().endsWith(".sql")).count();
    } catch (IOException e) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE, "The folder " + path + " cannot be read.", e);
    }
  }

  /**
   * Lets time pass.
   *
   * @throws MillraceException LOC-003 when a child dies meanwhile
   */
  static void pause(CompletableFuture<?> death, Duration time) throws InterruptedException {
    try {
      var _ = death.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MillraceException known) {
        throw known;
      }
      throw new IllegalStateException("A child ended for no known reason", e);
    }
  }
}
