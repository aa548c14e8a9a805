package io.millrace.local;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * The ports of the stack, all on {@link #HOST}.
 *
 * <p>Free ones are sought below the range that Linux gives to outgoing connections (from 32768), so
 * that none is taken between here and the start of its process.
 */
record Ports(int kafka, int controller, int registry, int registryManagement, int postgres) {
  static final String HOST = "127.0.0.1";
  static final int COUNT = 5;
  private static final int LEAST = 20_000;
  private static final int BELOW = 32_000;

  static Ports of(int portBase) {
    if (portBase == StackSpec.FREE_PORTS) {
      int[] free =
          ThreadLocalRandom.current()
              .ints(LEAST, BELOW)
              .distinct()
              .filter(Ports::isFree)
              .limit(COUNT)
              .toArray();
      return new Ports(free[0], free[1], free[2], free[3], free[4]);
    }
    IntStream.range(portBase, portBase + COUNT).forEach(Ports::requireFree);
    return new Ports(portBase, portBase + 1, portBase + 2, portBase + 3, portBase + 4);
  }

  private static void requireFree(int port) {
    if (!isFree(port)) {
      throw new MillraceException(
          LocalError.LOC_002_PORT_TAKEN,
          String.format(
              Locale.ROOT,
              "Port %d on %s is taken. Give another --port-base, or none for free ports.",
              port,
              HOST));
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral(HOST))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
