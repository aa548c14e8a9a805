package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StackIT {
  private static final long STOP_SECONDS = 15;
  private static final long PAUSE_NANOS = 20_000_000;

  @TempDir Path dataDir;

  @Test
  void keepsWhatItsPartsWereToldOverRestarts() throws Exception {
    try (Stack stack = Stack.start(StackSpec.all(dataDir), Progress.silent())) {
      Client client = new Client(stack);
      client.createTopic("orders");
      client.send("orders", "first");
      assertThat(client.values("orders")).containsExactly("first");
      assertThat(client.register("orders-value")).isEqualTo(1);
      client.sql("CREATE TABLE kept (id int)");
      client.sql("INSERT INTO kept VALUES (7)");
    }
    try (Stack stack = Stack.start(StackSpec.all(dataDir), Progress.silent())) {
      Client client = new Client(stack);
      client.send("orders", "second");
      assertThat(client.values("orders")).containsExactly("first", "second");
      assertThat(client.subjects()).isEqualTo("[\"orders-value\"]");
      assertThat(client.sqlValue("SELECT id FROM kept")).isEqualTo("7");
    }
  }

  @Test
  void givesPostgresReadyForLogicalDecoding() throws Exception {
    try (Stack stack = Stack.start(StackSpec.of(dataDir, Part.POSTGRES), Progress.silent())) {
      Client client = new Client(stack);
      assertThat(client.sqlValue("SHOW wal_level")).isEqualTo("logical");
      assertThat(client.sqlValue("SHOW synchronous_commit")).isEqualTo("on");
      assertThat(client.sqlValue("SHOW listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(client.sqlValue("SELECT version()")).startsWith("PostgreSQL 18.6");
      assertThatThrownBy(stack::kafkaBootstrap).hasMessageContaining("without KAFKA");
    }
  }

  @Test
  void namesTheChildThatDiedAndStopsTheOthers() throws Exception {
    try (Stack stack =
        Stack.start(StackSpec.of(dataDir, Part.KAFKA, Part.POSTGRES), Progress.silent())) {
      List<ProcessHandle> children = ProcessHandle.current().descendants().toList();
      ProcessHandle kafka =
          children.stream()
              .filter(child -> child.info().commandLine().orElse("").contains("KafkaNode"))
              .findFirst()
              .orElseThrow();

      kafka.destroyForcibly();

      assertThatThrownBy(() -> stack.ended().get(STOP_SECONDS, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .hasMessageContaining("LOC-003 Kafka ended with exit code 137")
          .hasMessageContaining("Millrace Kafka is ready")
          .isInstanceOfSatisfying(
              MillraceException.class,
              death -> assertThat(death.errorCode()).isEqualTo(LocalError.LOC_003_CHILD_DIED));
      awaitEnd(children);
    }
  }

  @Test
  void leavesNoProcessWhenTheLauncherIsKilledAndContinuesItsData() throws Exception {
    Process launcher =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StackMain.class.getName(),
                dataDir.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = launcher.inputReader()) {
      assertThat(output.lines().filter(line -> line.startsWith("The stack is ready")).findFirst())
          .isPresent();
      List<ProcessHandle> children = launcher.descendants().toList();
      assertThat(children).hasSizeGreaterThanOrEqualTo(4);

      launcher.destroyForcibly().waitFor();

      try (Stack stack = Stack.start(StackSpec.all(dataDir), Progress.silent())) {
        awaitEnd(children);
        assertThat(new Client(stack).sqlValue("SELECT 1")).isEqualTo("1");
      }
    } finally {
      launcher.destroyForcibly();
    }
  }

  @Test
  void refusesAFolderThatIsInUse() throws Exception {
    StackSpec spec = StackSpec.of(dataDir, Part.POSTGRES);
    try (Stack stack = Stack.start(spec, Progress.silent())) {
      assertThatThrownBy(() -> Stack.start(spec, Progress.silent()))
          .isInstanceOf(MillraceException.class)
          .hasMessage(
              "LOC-001 The data folder %s is in use by the launcher with process id %d. Stop it, or"
                  + " give another folder.",
              dataDir, ProcessHandle.current().pid());
      assertThat(new Client(stack).sqlValue("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void refusesAPortThatIsTakenAndReleasesTheFolder() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      StackSpec spec = StackSpec.all(dataDir).withPortBase(taken.getLocalPort());
      assertThatThrownBy(() -> Stack.start(spec, Progress.silent()))
          .hasMessageStartingWith("LOC-002 Port " + taken.getLocalPort());
    }
    DataFolder.take(dataDir).close();
  }

  private static void awaitEnd(List<ProcessHandle> processes) {
    long begin = System.nanoTime();
    while (processes.stream().anyMatch(ProcessHandle::isAlive)) {
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .describedAs("the time until all of %s have ended", processes)
          .isLessThan(Duration.ofSeconds(STOP_SECONDS));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
