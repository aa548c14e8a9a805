package io.millrace.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the process has used since this was made: wall time, CPU time of all its threads, bytes
 * asked of the file system. Linux only.
 */
final class Meter {
  private static final int PROCESS_CPU_TIME = 2;

  @SuppressWarnings("restricted") // of the C library, in which it always is
  private static final MethodHandle CLOCK =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("clock_gettime"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

  private final long wall = System.nanoTime();
  private final long cpu = cpuNanos();
  private final long read = io("rchar:");

  double wallMillis() {
    return (System.nanoTime() - wall) / 1e6;
  }

  double cpuMillis() {
    return (cpuNanos() - cpu) / 1e6;
  }

  long bytesRead() {
    return io("rchar:") - read;
  }

  /** Size of all files below a folder. */
  static long bytesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }

  static long peakRssMegabytes() {
    return line("/proc/self/status", "VmHWM:") / 1024;
  }

  static long heapMegabytes() {
    return Runtime.getRuntime().maxMemory() >> 20;
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  static double ninetyFifth(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * 95 / 100));
  }

  /** The JDK's own figure of it counts in hundredths of a second. */
  private static long cpuNanos() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(2L * Long.BYTES, Long.BYTES);
      if ((int) CLOCK.invokeExact(PROCESS_CPU_TIME, time) != 0) {
        throw new IllegalStateException("the system does not tell its CPU time");
      }
      return time.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000L
          + time.get(ValueLayout.JAVA_LONG, Long.BYTES);
    } catch (Throwable e) {
      throw new IllegalStateException("clock_gettime cannot be called", e);
    }
  }

  private static long io(String name) {
    return line("/proc/self/io", name);
  }

  private static long line(String file, String name) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(l -> l.startsWith(name))
          .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }
}
