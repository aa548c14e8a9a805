package io.millrace.local.process;

import io.millrace.contracts.error.MillraceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A family of child processes that live and die together: when one ends by itself, the others are
 * stopped and {@link #ended} names it. Safe for use by several threads.
 */
public final class Children implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(3);

  private final List<Child> all = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean stopping;

  /** Starts a child and watches it from now on. */
  public Child start(ChildSpec spec) {
    Child child = Child.start(spec);
    all.add(child);
    if (stopping) {
      child.kill();
    }
    Thread.ofPlatform().daemon().name("watch-of-" + child.name()).start(() -> watch(child));
    return child;
  }

  /** The children that were started, in that order. */
  public List<Child> all() {
    return List.copyOf(all);
  }

  /**
   * Completes when all children have ended: normally after {@link #close}, else with the {@link
   * MillraceException} (LOC-003) that names the child that ended by itself.
   */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  /**
   * Asks every child to end, and kills those that have not after 10 s. When interrupted, kills at
   * once and leaves the interrupt set.
   */
  @Override
  public void close() {
    stop(null);
  }

  private void watch(Child child) {
    int code = child.exitCode().join();
    stop(child.died(code));
  }

  /** Only the first reason counts: what dies later dies because of it. */
  private synchronized void stop(@Nullable MillraceException death) {
    if (stopping) {
      return;
    }
    stopping = true;
    List<ProcessHandle> family =
        all.stream().flatMap(child -> child.handle().descendants()).toList();
    all.forEach(Child::terminate);
    awaitAll(STOP_LIMIT);
    family.forEach(ProcessHandle::destroyForcibly);
    all.forEach(Child::kill);
    awaitAll(KILL_LIMIT);
    if (death == null) {
      ended.complete(null);
    } else {
      ended.completeExceptionally(death);
    }
  }

  private void awaitAll(Duration limit) {
    CompletableFuture<?>[] exits =
        all.stream().map(Child::exitCode).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(exits).get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // The caller kills what is left.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Waiting for the end of a process failed", e);
    }
  }
}
