package io.millrace.local.process;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The command line of a Java child under {@link ParentWatch}, on the launcher's own JDK.
 *
 * @param heapMegabytes the greatest heap
 * @param options further options of the JVM
 * @param classPath jars, folders of classes, or {@code folder/*}
 * @param mainClass the class that {@link ParentWatch} runs
 * @param arguments its arguments
 */
public record JavaCommand(
    int heapMegabytes,
    List<String> options,
    List<String> classPath,
    String mainClass,
    List<String> arguments) {

  /** Program and arguments. */
  public List<String> line() {
    String paths =
        Stream.concat(classPath.stream(), Stream.of(placeOf(ParentWatch.class).toString()))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("-Xmx" + heapMegabytes + "m");
    line.add("-XX:+UseSerialGC");
    line.add("-XX:+ExitOnOutOfMemoryError");
    line.addAll(options);
    line.addAll(List.of("-cp", paths, ParentWatch.class.getName(), mainClass));
    line.addAll(arguments);
    return line;
  }

  /** The jar or the folder of classes that a class was loaded from. */
  public static Path placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The place of " + type + " is no path", e);
    }
  }
}
