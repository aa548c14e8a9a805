package io.millrace.local.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a child process is to be.
 *
 * @param name how people know it
 * @param command program and arguments
 * @param environment its variables beside {@code PATH}, {@code HOME} and {@code TMPDIR}; it
 *     inherits no other, so that settings meant for the launcher cannot change it
 * @param folder its working folder, which exists
 * @param log the file that its output goes to; replaced
 * @param readyLine part of the line that says that it is ready
 */
public record ChildSpec(
    String name,
    List<String> command,
    Map<String, String> environment,
    Path folder,
    Path log,
    String readyLine) {
  public ChildSpec {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** The same with another log. */
  public ChildSpec withLog(Path other) {
    return new ChildSpec(name, command, environment, folder, other, readyLine);
  }
}
