package io.millrace.local;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which parts are wanted, and where.
 *
 * @param parts the wanted parts
 * @param dataDir the folder of their data and logs, made if missing; a second start on it continues
 *     with the same data
 * @param portBase the first of {@link Ports#COUNT} ports in a row, or {@link #FREE_PORTS}
 */
public record StackSpec(Set<Part> parts, Path dataDir, int portBase) {
  /** Any free ports; they change from start to start. */
  public static final int FREE_PORTS = 0;

  public StackSpec {
    parts = Set.copyOf(parts);
    dataDir = dataDir.toAbsolutePath().normalize();
  }

  /** All parts on free ports. */
  public static StackSpec all(Path dataDir) {
    return new StackSpec(EnumSet.allOf(Part.class), dataDir, FREE_PORTS);
  }

  /** Some parts on free ports. */
  public static StackSpec of(Path dataDir, Part... parts) {
    return new StackSpec(Set.copyOf(List.of(parts)), dataDir, FREE_PORTS);
  }

  /** The same on given ports. */
  public StackSpec withPortBase(int base) {
    return new StackSpec(parts, dataDir, base);
  }
}
