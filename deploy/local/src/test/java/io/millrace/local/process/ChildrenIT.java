package io.millrace.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChildrenIT {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(300);

  private static final List<String> ALLOWED =
      List.of("GIVEN", "HOME", "OLDPWD", "PATH", "PWD", "SHLVL", "TMPDIR", "_");

  @TempDir Path folder;

  @Test
  void isReadyAtItsLineAndKeepsItsLog() throws Exception {
    try (Children children = new Children()) {
      Child child = children.start(script("good", "echo early; echo I am ready; cat"));
      child.awaitReady(LIMIT);
      assertThat(child.handle().isAlive()).isTrue();
    }
    assertThat(Files.readAllLines(folder.resolve("good.log"))).contains("early", "I am ready");
  }

  @Test
  void namesAChildThatEndsBeforeItIsReady() {
    try (Children children = new Children()) {
      Child child = children.start(script("bad", "echo the port is taken; exit 3"));
      assertThatThrownBy(() -> child.awaitReady(LIMIT))
          .hasMessageContaining("LOC-003 bad ended with exit code 3")
          .hasMessageEndingWith("\n  the port is taken");
    }
  }

  @Test
  void namesAChildThatIsNotReadyInTime() {
    try (Children children = new Children()) {
      Child child = children.start(script("slow", "echo still loading; cat"));
      assertThatThrownBy(() -> child.awaitReady(SHORT))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.errorCode()).isEqualTo(LocalError.LOC_004_NOT_READY_IN_TIME))
          .hasMessageContaining("slow was not ready");
    }
  }

  @Test
  void keepsOnlyTheLastLinesForTheMessage() {
    try (Children children = new Children()) {
      Child child = children.start(script("wordy", "seq 1 1000; exit 1"));
      assertThatThrownBy(() -> child.awaitReady(LIMIT))
          .hasMessageContaining("\n  981\n")
          .hasMessageEndingWith("\n  1000")
          .message()
          .doesNotContain("\n  980\n");
    }
  }

  @Test
  void killsAChildThatDoesNotStopAndAllThatItStarted() throws Exception {
    Child child;
    List<ProcessHandle> grandchildren;
    try (Children children = new Children()) {
      child = children.start(script("deaf", "trap '' TERM; echo I am ready; cat & cat; cat"));
      child.awaitReady(LIMIT);
      grandchildren = child.handle().descendants().toList();
      assertThat(grandchildren).isNotEmpty();
    }
    assertThat(child.handle().isAlive()).isFalse();
    for (ProcessHandle grandchild : grandchildren) {
      assertThat(grandchild.onExit()).succeedsWithin(LIMIT); // when its new parent has reaped it
    }
  }

  @Test
  void doesNotGiveTheLaunchersSettingsToItsChildren() throws Exception {
    try (Children children = new Children()) {
      Child child =
          children.start(script("bare", "echo $(env | cut -d= -f1 | sort); echo I am ready; cat"));
      child.awaitReady(LIMIT);
    }
    String names = Files.readAllLines(folder.resolve("bare.log")).getFirst();
    assertThat(names.split(" ")).contains("GIVEN").isSubsetOf(ALLOWED);
  }

  private ChildSpec script(String name, String script) {
    return new ChildSpec(
        name,
        List.of("sh", "-c", script),
        Map.of("GIVEN", "yes"),
        folder,
        folder.resolve(name + ".log"),
        "I am ready");
  }
}
