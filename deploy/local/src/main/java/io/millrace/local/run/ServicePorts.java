package io.millrace.local.run;

import io.millrace.contracts.Service;
import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.StackSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** HTTP ports of the services and of GitHub's stand-in, on 127.0.0.1. */
record ServicePorts(Map<String, Integer> services, int github) {
  private static final String HOST = "127.0.0.1";
  private static final int OF_THE_STACK = 5;
  private static final int COUNT = Service.values().length + 1;

  ServicePorts {
    services = Map.copyOf(services);
  }

  /**
   * Those behind the stack's ports, or any free ones.
   *
   * @throws MillraceException LOC-002 when one is taken
   */
  static ServicePorts of(int portBase) {
    int[] ports =
        portBase == StackSpec.FREE_PORTS
            ? ThreadLocalRandom.current()
                .ints(20_000, 32_000)
                .distinct()
                .filter(ServicePorts::isFree)
                .limit(COUNT)
                .toArray()
            : IntStream.range(portBase + OF_THE_STACK, portBase + OF_THE_STACK + COUNT).toArray();
    Arrays.stream(ports)
        .filter(p -> !isFree(p))
        .findFirst()
        .ifPresent(p -> {
          throw new MillraceException(
              LocalError.LOC_002_PORT_TAKEN,
              "Port "
                  + p
                  + " on "
                  + HOST
                  + " is taken. Give another --port-base, or none for free ports.");
        });
    Map<String, Integer> services = new TreeMap<>();
    int next = 0;
    for (Service service : Service.values()) {
      services.put(service.id(), ports[next++]);
    }
    return new ServicePorts(services, ports[COUNT - 1]);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral(HOST))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
