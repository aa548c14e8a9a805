package io.millrace.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.Service;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a running demo or {@code up} says of itself in {@code <folder>/.millrace/run.json}. It stays
 * when the run has ended, for readers of the lake.
 *
 * @param pid the launcher's process
 * @param warehouse absolute path of the warehouse folder
 * @param lake absolute path of the lake
 * @param kafka {@code host:port}
 * @param registry base URL
 * @param ports service id to HTTP port, on 127.0.0.1
 */
public record RunFile(
    long pid,
    String warehouse,
    String lake,
    String kafka,
    String registry,
    Map<String, Integer> ports) {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  public RunFile {
    ports = Map.copyOf(ports);
  }

  /** Where the file of a folder lies. */
  public static Path in(Path folder) {
    return folder.resolve(".millrace").resolve("run.json");
  }

  /** Writes the file of a folder. */
  public void write(Path folder) {
    Path file = in(folder);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  /**
   * The run of the folder, or, when none is named, of the working folder, else of the demo in it.
   */
  public static Optional<RunFile> find(Optional<Path> folder) {
    List<Path> folders =
        folder.map(List::of).orElse(List.of(Path.of(""), Path.of(".millrace", "demo")));
    return folders.stream().map(RunFile::in).filter(Files::exists).findFirst().map(RunFile::read);
  }

  /**
   * The run of the folder, which must be alive.
   *
   * @throws MillraceException CLI-001
   */
  public static RunFile running(Optional<Path> folder) {
    return find(folder)
        .filter(RunFile::alive)
        .orElseThrow(() ->
            new MillraceException(
                CliError.CLI_001_NOT_RUNNING,
                "no warehouse runs in "
                    + folder.map(Path::toString).orElse(". or ./.millrace/demo")
                    + ". Start one with millrace demo or millrace up, or name its folder with"
                    + " --dir."));
  }

  /** Whether its launcher lives. */
  public boolean alive() {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /** The base URL of a service. */
  public String url(Service service) {
    return "http://127.0.0.1:" + ports.getOrDefault(service.id(), service.port());
  }

  private static RunFile read(Path file) {
    try {
      return JSON.readValue(Files.readAllBytes(file), RunFile.class);
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  private static MillraceException unusable(Path file, IOException cause) {
    return new MillraceException(
        CliError.CLI_002_FILE_UNUSABLE,
        "file " + file + " cannot be used: see the cause. Start the run again to replace it.",
        cause);
  }
}
