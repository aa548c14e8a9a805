package io.millrace.system.line;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a process has used so far, from Linux's /proc.
 *
 * @param cpuSeconds user and system time
 * @param residentMegabytes resident set
 */
record ProcessFigures(double cpuSeconds, double residentMegabytes) {
  private static final double TICKS_PER_SECOND = 100;
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  static ProcessFigures of(ProcessHandle process) throws IOException {
    Path folder = Path.of("/proc", Long.toString(process.pid()));
    String stat = Files.readString(folder.resolve("stat"));
    String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    double cpu =
        (Long.parseLong(afterName[USER_TIME]) + Long.parseLong(afterName[SYSTEM_TIME]))
            / TICKS_PER_SECOND;
    return new ProcessFigures(cpu, megabytes(folder, "VmRSS:"));
  }

  /** The largest resident set that the process has had. */
  static double peakMegabytes(ProcessHandle process) throws IOException {
    return megabytes(Path.of("/proc", Long.toString(process.pid())), "VmHWM:");
  }

  private static double megabytes(Path folder, String field) throws IOException {
    return Files.readAllLines(folder.resolve("status")).stream()
        .filter(line -> line.startsWith(field))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  ProcessFigures since(ProcessFigures before) {
    return new ProcessFigures(cpuSeconds - before.cpuSeconds, residentMegabytes);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f CPU-s, %.0f MB", cpuSeconds, residentMegabytes);
  }
}
