package io.millrace.system.line;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The {@code millrace} command as its script runs it once all is built.
 *
 * @param folder where it is called, and its output kept
 * @param environment all that it sees besides PATH and HOME
 */
record MillraceCommand(Path folder, Map<String, String> environment) {
  private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
  private static final Path LOCAL = HOME.resolve("deploy/local/target");

  MillraceCommand {
    environment = Map.copyOf(environment);
  }

  /**
   * What a call ended with.
   *
   * @param out standard output and error
   */
  record Ended(int code, String out) {}

  /** Calls it and waits. */
  Ended run(String... arguments) throws IOException, InterruptedException {
    Path log = Files.createTempFile(folder, "call", ".log");
    Process process = start(log, arguments);
    try {
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        throw new AssertionError("it did not end:\n" + Files.readString(log));
      }
      return new Ended(process.exitValue(), Files.readString(log));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Calls it; standard output and error go to the log. */
  Process start(Path log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Duser.language=en",
            "-Dmillrace.home=" + HOME,
            "-cp",
            LOCAL.resolve("local-0.1.0-SNAPSHOT.jar") + ":" + LOCAL.resolve("lib") + "/*",
            "io.millrace.local.run.LocalMain"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().keySet().retainAll(Set.of("PATH", "HOME"));
    builder.environment().putAll(environment);
    return builder.start();
  }
}
