package io.millrace.demo.github;

import java.time.Clock;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Serves an invented organization until the process is ended.
 *
 * <pre>{@code
 * --port 0          0 takes a free one
 * --org millrace    login of the organization
 * --repos 40        repositories at first
 * --issues 2000     issues and pull requests at first
 * --seed 1          of everything invented
 * --token-env NAME  requests must carry the token of this environment variable; none: anybody
 * --rate 1          ticks a second; 0: nothing changes
 * }</pre>
 *
 * <p>The first line on standard output is {@code listening on http://127.0.0.1:PORT}.
 */
@Speaks
public final class Main {

  private Main() {}

  /** Serves until the process is ended; exits with 2 on arguments it does not know. */
  public static void main(String[] args) throws InterruptedException, ExecutionException {
    try {
      serve(Arguments.parse(args));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private static void serve(Arguments arguments) throws InterruptedException, ExecutionException {
    Clock clock = Clock.systemUTC();
    GithubApi.Options options =
        new GithubApi.Options(
            arguments.port(), arguments.token(System.getenv()), 0, Integer.MAX_VALUE);
    Organization organization =
        new Organization(
            arguments.org(), arguments.repos(), arguments.issues(), arguments.seed(), clock);
    try (GithubApi api = new GithubApi(organization, options, clock);
        ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor()) {
      System.out.println("listening on " + api.baseUrl());
      if (arguments.rate() > 0) {
        long nanos = Math.max(1, Math.round(TimeUnit.SECONDS.toNanos(1) / arguments.rate()));
        // Never done, unless a tick fails: then the process ends with its reason.
        var _ =
            ticks.scheduleAtFixedRate(organization::tick, nanos, nanos, TimeUnit.NANOSECONDS).get();
      }
      Thread.currentThread().join();
    }
  }
}
