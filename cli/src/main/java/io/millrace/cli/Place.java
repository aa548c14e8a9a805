package io.millrace.cli;

import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which warehouse a command is about; an option that commands share. */
final class Place {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Folder of the run or warehouse (default: the current one, else ./.millrace/demo).")
  Optional<Path> dir = Optional.empty();

  /** The run there, alive or not. */
  Optional<RunFile> run() {
    return RunFile.find(dir);
  }

  /** The run there, which must be alive. */
  RunFile running() {
    return RunFile.running(dir);
  }

  /**
   * The lake of the run or of the warehouse folder there.
   *
   * @throws MillraceException CLI-002 when there is neither
   */
  String lake() {
    return run()
        .map(RunFile::lake)
        .orElseGet(() -> WarehouseYaml.read(dir.orElse(Path.of("")), System.getenv()).lake());
  }

  /** The warehouse folder of the run, or the folder itself. */
  Path warehouse() {
    Path folder = run().map(run -> Path.of(run.warehouse())).orElse(dir.orElse(Path.of("")));
    if (!Files.exists(folder.resolve("warehouse.yml"))) {
      throw new MillraceException(
          CliError.CLI_002_FILE_UNUSABLE,
          "there is no warehouse in "
              + (folder.toString().isEmpty() ? "the current folder" : folder)
              + ". Name its folder with --dir.");
    }
    return folder;
  }
}
