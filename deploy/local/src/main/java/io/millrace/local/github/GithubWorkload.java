package io.millrace.local.github;

import io.millrace.demo.github.Organization;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Changes of an organization at a set rate, until closed: then it is quiet. */
public final class GithubWorkload implements AutoCloseable {
  private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor();

  private GithubWorkload() {}

  /** Starts to change it. */
  public static GithubWorkload start(Organization organization, double ticksPerSecond) {
    GithubWorkload workload = new GithubWorkload();
    long nanos = Math.max(1, Math.round(TimeUnit.SECONDS.toNanos(1) / ticksPerSecond));
    var _ =
        workload.ticks.scheduleAtFixedRate(organization::tick, nanos, nanos, TimeUnit.NANOSECONDS);
    return workload;
  }

  @Override
  public void close() {
    ticks.close();
  }
}
