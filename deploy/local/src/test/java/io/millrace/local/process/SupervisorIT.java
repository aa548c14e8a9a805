package io.millrace.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SupervisorIT {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  @TempDir Path folder;

  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  @Test
  void startsAKilledChildAgainWithALogOfItsOwn() throws Exception {
    ProcessHandle second;
    try (Supervisor supervisor = new Supervisor(said::add)) {
      supervisor.start(script("echo $$; cat"));
      ProcessHandle first = processOf("one-1.log");
      assertThat(supervisor.kill("one")).isEqualTo(first.pid());
      second = processOf("one-2.log");
      assertThat(first.isAlive()).isFalse();
      assertThat(second.isAlive()).isTrue();
      assertThat(said).isEmpty();
    }
    assertThat(second.isAlive()).isFalse();
  }

  @Test
  void saysWhenAChildHasEndedByItself() throws Exception {
    try (Supervisor supervisor = new Supervisor(said::add)) {
      supervisor.start(script("exit 3"));
      assertThat(said.poll(LIMIT_NANOS, TimeUnit.NANOSECONDS))
          .contains("one ended by itself with exit code 3")
          .endsWith("one-1.log");
      assertThat(said.poll(LIMIT_NANOS, TimeUnit.NANOSECONDS)).endsWith("one-2.log");
    }
  }

  private ProcessHandle processOf(String log) throws IOException {
    Path file = folder.resolve(log);
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (!Files.exists(file) || Files.readAllLines(file).isEmpty()) {
      assertThat(System.nanoTime()).as("%s is written in time", log).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    return ProcessHandle.of(Long.parseLong(Files.readAllLines(file).getFirst())).orElseThrow();
  }

  private ChildSpec script(String script) {
    return new ChildSpec(
        "one", List.of("sh", "-c", script), Map.of(), folder, folder.resolve("one.log"), "ready");
  }
}
