package io.millrace.cli;

import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace init}. */
@Command(
    name = "init",
    description = "Makes a small warehouse folder to begin with.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class InitCommand implements Callable<Integer> {
  private static final List<String> FILES =
      List.of(
          "warehouse.yml",
          "sources/github.yml",
          "staging/repositories.sql",
          "dimensions/repository.sql",
          "marts/repos_per_language.sql");

  @Spec CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "the folder, made if missing")
  Path folder;

  @Override
  public Integer call() throws Exception {
    if (Files.exists(folder.resolve("warehouse.yml"))) {
      throw new MillraceException(
          CliError.CLI_009_FOLDER_NOT_EMPTY,
          folder + " has a warehouse.yml already. Name another folder.");
    }
    for (String name : FILES) {
      write(name);
    }
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%s is a warehouse of one GitHub organisation. Set GITHUB_TOKEN, then:%n"
                + "  millrace validate %s%n  millrace up %s%n",
            folder,
            folder,
            folder);
    return ExitCode.OK;
  }

  private void write(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (InputStream text = InitCommand.class.getResourceAsStream("skeleton/" + name)) {
      Files.copy(Objects.requireNonNull(text, name), file);
    }
  }
}
