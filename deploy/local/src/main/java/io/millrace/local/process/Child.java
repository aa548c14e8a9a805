package io.millrace.local.process;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A child process: its output goes to a log file, its last lines are kept for the message that
 * names it when it dies. The writing end of its standard input stays open as long as this process
 * lives; the child ends when that closes ({@link ParentWatch}). Safe for use by several threads.
 */
public final class Child {
  private static final Path SETSID = Path.of("/usr/bin/setsid");
  private static final int LAST_LINES = 20;
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);

  private final ChildSpec spec;
  private final Process process;
  private final Thread pump;
  private final CompletableFuture<Void> readyLine = new CompletableFuture<>();
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
  private final Deque<String> lastLines = new ArrayDeque<>();

  private Child(ChildSpec spec, Process process) {
    this.spec = spec;
    this.process = process;
    this.pump = Thread.ofPlatform().daemon().name("log-of-" + spec.name()).unstarted(this::pump);
  }

  /** Starts the process; it may not be ready yet. */
  public static Child start(ChildSpec spec) {
    ProcessBuilder builder =
        new ProcessBuilder(inItsOwnSession(spec.command()))
            .directory(spec.folder().toFile())
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(List.of("PATH", "HOME", "TMPDIR"));
    environment.putAll(spec.environment());
    try {
      Files.createDirectories(spec.log().toAbsolutePath().getParent());
      Child child = new Child(spec, builder.start());
      child.pump.start();
      Thread.ofPlatform().daemon().name("end-of-" + spec.name()).start(child::watchEnd);
      return child;
    } catch (IOException e) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE,
          String.format(
              Locale.ROOT,
              "%s cannot be started in %s: see the cause.",
              spec.name(),
              spec.folder()),
          e);
    }
  }

  /**
   * Waits for the line that says that the child is ready.
   *
   * @throws MillraceException LOC-003 when the child ends first, LOC-004 when the limit passes
   *     first
   */
  public void awaitReady(Duration limit) throws InterruptedException {
    await(CompletableFuture.anyOf(readyLine, exitCode), limit);
    if (!readyLine.isDone()) {
      throw died(exitCode.join());
    }
  }

  /**
   * Waits until the child has ended by itself.
   *
   * @throws MillraceException LOC-003 when it failed, LOC-004 when the limit passes first; it is
   *     then killed
   */
  public void awaitSuccess(Duration limit) throws InterruptedException {
    try {
      await(exitCode, limit);
    } finally {
      kill();
    }
    if (exitCode.join() != 0) {
      throw died(exitCode.join());
    }
  }

  /** How people know it. */
  public String name() {
    return spec.name();
  }

  /** The operating system's process. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** Completes with the exit code after the last line was kept; what it runs must be short. */
  CompletableFuture<Integer> exitCode() {
    return exitCode;
  }

  /** The error that names the ended child, with its last lines. */
  MillraceException died(int code) {
    return new MillraceException(
        LocalError.LOC_003_CHILD_DIED,
        String.format(
            Locale.ROOT,
            "%s ended with exit code %d. Its last lines, whole in %s:%s",
            spec.name(),
            code,
            spec.log(),
            lastLines()));
  }

  /** Asks the child to end. Not {@link Process#destroy}: it would close the standard input too. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Ends the child and all that it started; the child first, so that it starts no more. */
  void kill() {
    List<ProcessHandle> started = process.descendants().toList();
    process.toHandle().destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
  }

  /** So that Ctrl-C reaches the launcher alone, which ends its children in order. */
  private static List<String> inItsOwnSession(List<String> command) {
    if (!Files.isExecutable(SETSID)) {
      return command;
    }
    List<String> line = new ArrayList<>(List.of(SETSID.toString()));
    line.addAll(command);
    return line;
  }

  private void await(CompletableFuture<?> event, Duration limit) throws InterruptedException {
    try {
      event.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new MillraceException(
          LocalError.LOC_004_NOT_READY_IN_TIME,
          String.format(
              Locale.ROOT,
              "%s was not ready after %d s. Its last lines, whole in %s:%s",
              spec.name(),
              limit.toSeconds(),
              spec.log(),
              lastLines()));
    } catch (ExecutionException e) {
      throw new IllegalStateException("Waiting for " + spec.name() + " failed", e);
    }
  }

  private void watchEnd() {
    try {
      int code = process.waitFor();
      pump.join(DRAIN_LIMIT);
      exitCode.complete(code);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exitCode.completeExceptionally(e);
    }
  }

  private String lastLines() {
    synchronized (lastLines) {
      StringBuilder text = new StringBuilder();
      lastLines.forEach(line -> text.append("\n  ").append(line));
      return text.toString();
    }
  }

  private void pump() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        BufferedWriter log = Files.newBufferedWriter(spec.log())) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        log.write(line);
        log.newLine();
        log.flush();
        keep(line);
        if (line.contains(spec.readyLine())) {
          readyLine.complete(null);
        }
      }
    } catch (IOException e) {
      keep("(the log stopped: " + e + ")");
      kill();
    }
  }

  private void keep(String line) {
    synchronized (lastLines) {
      if (lastLines.size() == LAST_LINES) {
        lastLines.removeFirst();
      }
      lastLines.addLast(line);
    }
  }
}
