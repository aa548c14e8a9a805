package io.millrace.local;

import io.millrace.local.process.Child;
import io.millrace.local.process.ChildSpec;
import io.millrace.local.process.Children;
import io.millrace.local.process.JavaCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Apicurio Registry on an H2 file. */
final class RegistryPart {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final int HEAP_MEGABYTES = 256;

  private RegistryPart() {}

  /** Returns when the registry takes requests. */
  static void start(Children children, Path dataDir, Ports ports) throws InterruptedException {
    JavaCommand command =
        new JavaCommand(
            HEAP_MEGABYTES,
            List.of(
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED"),
            List.of(Installed.registry().resolve("quarkus-run.jar").toString()),
            "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
            List.of());
    Map<String, String> environment =
        Map.of(
            "QUARKUS_HTTP_HOST",
            Ports.HOST,
            "QUARKUS_HTTP_PORT",
            Integer.toString(ports.registry()),
            "QUARKUS_MANAGEMENT_HOST",
            Ports.HOST,
            "QUARKUS_MANAGEMENT_PORT",
            Integer.toString(ports.registryManagement()),
            "APICURIO_STORAGE_KIND",
            "sql",
            "APICURIO_STORAGE_SQL_KIND",
            "h2",
            "APICURIO_DATASOURCE_URL",
            "jdbc:h2:file:" + dataDir.resolve("registry").resolve("db"));
    Child child =
        children.start(
            new ChildSpec(
                "Apicurio Registry",
                command.line(),
                environment,
                dataDir,
                dataDir.resolve("logs").resolve("registry.log"),
                "Listening on: "));
    child.awaitReady(START_LIMIT);
  }
}
