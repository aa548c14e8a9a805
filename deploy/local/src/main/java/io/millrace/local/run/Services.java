package io.millrace.local.run;

import io.millrace.cli.RunFile;
import io.millrace.contracts.Environment;
import io.millrace.contracts.Service;
import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.process.ChildSpec;
import io.millrace.local.process.Children;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The four packaged services as child processes.
 *
 * @param home the folder that Millrace was built in
 * @param folder where their state and logs go
 * @param run how they reach each other
 * @param environment variables that the warehouse folder refers to
 */
record Services(Path home, Path folder, RunFile run, Map<String, String> environment) {
  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Duser.language=en");

  /**
   * On two cores, four services that optimise their code at once leave nothing for the data in the
   * first half minute; without the last tier they are as fast as the database and DuckDB let them.
   */
  private static final List<String> FEW_CORES = List.of("-XX:TieredStopAtLevel=1");

  /** Settings of the launcher's own environment that are the services' as well. */
  private static final Set<String> HANDED_ON =
      Set.of(
          Environment.MILLRACE_LOG.name(),
          Environment.MILLRACE_DUCKDB_MEMORY.name(),
          Environment.MILLRACE_ORDER_TOKEN.name());

  private static final String LOG_LEVELS = "QUARKUS_LOG_";

  Services {
    environment = Map.copyOf(environment);
  }

  /** Starts all four; they say by HTTP how far they are. */
  void start(Children children) {
    for (Service service : Service.values()) {
      var _ = children.start(spec(service));
    }
  }

  /** One of them. */
  ChildSpec spec(Service service) {
    Path jar =
        home.resolve(service.id() + "-service").resolve("target/quarkus-app/quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new MillraceException(
          LocalError.LOC_005_PART_NOT_INSTALLED,
          jar + " is missing: build with mvn -q -Dquick package, as ./millrace does.");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(service == Service.INGEST ? "-Xmx512m" : "-Xmx384m");
    command.addAll(JVM);
    command.addAll(Runtime.getRuntime().availableProcessors() <= 2 ? FEW_CORES : List.of());
    command.addAll(List.of("-jar", jar.toString()));
    return new ChildSpec(
        "The " + service.id() + " service",
        command,
        environment(service),
        made(folder.resolve("state").resolve(service.id())),
        folder.resolve("logs").resolve(service.id() + ".log"),
        "Listening on");
  }

  private Map<String, String> environment(Service service) {
    Map<String, String> all = new HashMap<>();
    System.getenv()
        .forEach((name, value) -> {
          if (HANDED_ON.contains(name) || name.startsWith(LOG_LEVELS)) {
            all.put(name, value);
          }
        });
    all.putAll(environment);
    all.put(Environment.MILLRACE_WAREHOUSE.name(), run.warehouse());
    all.put(Environment.MILLRACE_LAKE.name(), run.lake());
    all.put(Environment.MILLRACE_KAFKA.name(), run.kafka());
    all.put(Environment.MILLRACE_REGISTRY.name(), run.registry());
    all.put(Environment.MILLRACE_HTTP_PORT.name(), String.valueOf(run.ports().get(service.id())));
    all.put(
        Environment.MILLRACE_STATE.name(),
        folder.resolve("state").resolve(service.id()).toString());
    all.put(Environment.MILLRACE_PARENT_PID.name(), String.valueOf(run.pid()));
    return all;
  }

  private static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE, "The folder " + folder + " cannot be made.", e);
    }
  }
}
