package io.millrace.local.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Children that are kept alive as an init system would: one that ends, however it ends, is started
 * again after a second. Each start has a log of its own. Safe for use by several threads.
 */
public final class Supervisor implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final Consumer<String> says;
  private final Map<String, Kept> kept = new LinkedHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** A child's line of life. */
  private static final class Kept {
    private final ChildSpec spec;
    private @Nullable Child child;
    private int starts;
    private boolean killed;

    Kept(ChildSpec spec) {
      this.spec = spec;
    }
  }

  /**
   * @param says told when a child has ended that nobody killed
   */
  public Supervisor(Consumer<String> says) {
    this.says = says;
  }

  /** Starts a child and keeps it alive from now on. */
  public synchronized void start(ChildSpec spec) {
    Kept one = new Kept(spec);
    kept.put(spec.name(), one);
    Thread.ofPlatform().daemon().name("keeper-of-" + spec.name()).start(() -> keep(one));
  }

  /**
   * kill -9 of a child.
   *
   * @return its process id; -1 if it is between two lives
   */
  public synchronized long kill(String name) {
    Kept one = kept.get(name);
    if (one == null) {
      return -1;
    }
    Child child = one.child;
    if (child == null || !child.handle().isAlive()) {
      return -1;
    }
    one.killed = true;
    child.kill();
    return child.handle().pid();
  }

  /** Asks every child to end, and kills those that have not after 10 s. */
  @Override
  public void close() {
    closing.countDown();
    synchronized (this) {
      living().forEach(Child::terminate);
      awaitEnds();
      living().forEach(Child::kill);
    }
  }

  private void keep(Kept one) {
    try {
      do {
        Child child = started(one);
        if (child == null) {
          return;
        }
        int code = child.exitCode().join();
        if (closing.getCount() > 0 && !wasKilled(one)) {
          says.accept(
              String.format(
                  Locale.ROOT,
                  "%s ended by itself with exit code %d, and is started again: see %s",
                  one.spec.name(),
                  code,
                  log(one)));
        }
      } while (!closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable Child started(Kept one) {
    if (closing.getCount() == 0) {
      return null;
    }
    one.starts++;
    Child child = Child.start(one.spec.withLog(log(one)));
    one.child = child;
    return child;
  }

  private synchronized boolean wasKilled(Kept one) {
    boolean was = one.killed;
    one.killed = false;
    return was;
  }

  private static Path log(Kept one) {
    Path first = one.spec.log();
    String name = first.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return first.resolveSibling(name.substring(0, dot) + "-" + one.starts + name.substring(dot));
  }

  private List<Child> living() {
    return kept.values().stream()
        .flatMap(k -> Optional.ofNullable(k.child).stream())
        .filter(c -> c.handle().isAlive())
        .toList();
  }

  private void awaitEnds() {
    CompletableFuture<?>[] ends =
        living().stream().map(Child::exitCode).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // The caller kills what is left.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Waiting for the end of a process failed", e);
    }
  }
}
