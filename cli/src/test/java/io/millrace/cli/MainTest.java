package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "sql",
        "sql --cut x SELECT",
        "sql --as-of yesterday SELECT",
        "sql --cut 1 --as-of 2026-01-31T12:00:00Z SELECT",
        "at",
        "at yesterday",
        "validate",
        "verify raw.x",
        "rebuild orders",
        "rebuild",
        "drop",
        "drop orders",
        "rewind dim.x",
        "rewind marts.x --to 3",
        "rewind dim.x --to yesterday",
        "suspend",
        "resume marts",
        "refresh",
        "history",
        "history dim.x",
        "history marts.x --limit -3",
        "table history dim.x --limit -3",
        "verify --versions -1",
        "explain nowhere x",
        "plan",
        "dlq",
        "dlq show",
        "status -o xml",
        "table",
        "table vacuum",
        "table restore dim.x",
        "table restore dim.x --to-version 1 --to-time 2026-01-31T12:00:00Z",
        "table describe nonsense",
        "init"
      })
  void wrongArgumentsEndWithTwo(String line) {
    assertThat(run(line.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).isNotEmpty();
  }

  @Test
  void wrongArgumentsOfASubcommandEndWithItsOwnUsage() {
    assertThat(run("table", "restore", "dim.x")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("Usage: millrace table restore");
  }

  @Test
  void helpAndVersionEndWithZero() {
    assertThat(run("--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("validate", "status", "sql", "verify", "rebuild", "dlq")
        .contains("plan", "explain", "suspend", "resume", "refresh", "history");
    assertThat(run("--version")).isEqualTo(ExitCode.OK);
    assertThat(run("sql", "--help")).isEqualTo(ExitCode.OK);
  }

  @Test
  void whatInitMakesIsValidAndIsNotWrittenOver() {
    String folder = directory.resolve("mine").toString();
    assertThat(run("init", folder)).isEqualTo(ExitCode.OK);
    assertThat(run("validate", folder, "--offline")).as(out.toString()).isEqualTo(ExitCode.OK);
    assertThat(run("init", folder)).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("CLI-009");
  }

  @Test
  void whereThereIsNothingToSayThatIsSaid() {
    Path folder = directory.resolve("mine");
    assertThat(run("init", folder.toString())).isEqualTo(ExitCode.OK);
    assertThat(run("lineage", "--bus-matrix", "--offline", folder.toString())).isZero();
    assertThat(run("history", "--dir", folder.toString(), "marts.nope")).isZero();
    assertThat(run("at", "--dir", folder.toString(), "5")).isZero();
    assertThat(run("table", "describe", "--dir", folder.toString(), "dim.repository"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(out.toString())
        .contains("no facts: ", "no refresh of marts.nope is noted in ", "lake has no tables");
    assertThat(err.toString()).contains("has no table dim.repository. It has: none");
  }

  /** Without its source's columns a table is in the folder, but cannot be read. */
  @Test
  void explainSaysWhatCouldNotBeChecked() throws Exception {
    Path folder = directory.resolve("mine");
    assertThat(run("init", folder.toString())).isEqualTo(ExitCode.OK);
    Files.writeString(
        folder.resolve("sources/github.yml"),
        "kind: cdc\nengine: postgres\nhost: localhost\ndatabase: d\nuser: u\n"
            + "password: ${env:NOT_SET}\ntables: [public.repositories]\n");
    assertThat(run("explain", "--offline", folder.toString(), "marts.repos_per_language"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(out.toString()).contains("not checked: ", "no table marts.repos_per_language that");
  }

  @Test
  void problemsOfAFolderAreSaidWithFileAndLine() throws Exception {
    Path folder = directory.resolve("mine");
    assertThat(run("init", folder.toString())).isEqualTo(ExitCode.OK);
    Files.writeString(folder.resolve("warehouse.yml"), "name: mine\nlake: ./lake\nnonsense: 1\n");
    assertThat(run("validate", folder.toString(), "--offline")).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString()).contains("warehouse.yml:3:").contains("WH-011");
    assertThat(run("validate", folder.toString(), "--offline", "-o", "json"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(out.toString()).contains("\"line\" : 3");
  }

  @Test
  void whatNeedsARunSaysThatNoneIsThere() {
    assertThat(run("status", "--dir", directory.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("CLI-001").doesNotContain("\tat ");
    assertThat(run("suspend", "marts.m", "--dir", directory.toString())).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void aRunFileIsFoundAndKnowsWhetherItsLauncherLives() {
    long own = ProcessHandle.current().pid();
    RunFile run = new RunFile(own, "/w", "/l", "k:1", "http://r", Map.of("marts", 7));
    run.write(directory);
    assertThat(RunFile.find(java.util.Optional.of(directory))).contains(run);
    assertThat(run.alive()).isTrue();
    assertThat(run.url(io.millrace.contracts.Service.MARTS)).isEqualTo("http://127.0.0.1:7");
  }

  private int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
