package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.RunFile;
import io.millrace.cli.ServiceCalls;
import io.millrace.contracts.Service;
import io.millrace.demo.github.Fault;
import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.Organization;
import io.millrace.local.Part;
import io.millrace.local.Progress;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import io.millrace.local.shop.ShopLoader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code millrace up} on a folder of one's own, with an API and a database that are elsewhere and
 * fail, and what it leaves. One run, in this order; its services say all that DEBUG has.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UpIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String TOKEN = "canary-token-4711-of-the-api";
  private static final String ORDER_TOKEN = "canary-token-4712-of-orders";
  private static final List<String> ENDPOINTS =
      List.of(
          "/api/v1/status",
          "/api/v1/tables",
          "/api/v1/sources",
          "/q/health",
          "/q/metrics",
          "/q/info",
          "/q/config",
          "/config");

  private final HttpClient http = HttpClient.newHttpClient();
  private Path directory;
  private Path folder;
  private Path said;
  private Stack database;
  private GithubApi github;
  private String password;
  private MillraceCommand millrace;
  private Process up;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    this.directory = directory;
    folder = directory.resolve("warehouse");
    said = directory.resolve("up.log");
    copy(Line.warehouse(), folder);
    database = Stack.start(StackSpec.of(directory.resolve("db"), Part.POSTGRES), Progress.silent());
    password = database.postgres().password();
    ShopLoader.load(database.postgres(), ShopLoader.SMALL, Progress.silent());
    github =
        new GithubApi(
            new Organization("apache", 12, 40, 1, Clock.systemUTC()),
            new GithubApi.Options(0, TOKEN, 0, Integer.MAX_VALUE),
            Clock.systemUTC());
    Map<String, String> environment = new HashMap<>();
    environment.put("SHOP_HOST", database.postgres().host());
    environment.put("SHOP_PORT", Integer.toString(database.postgres().port()));
    environment.put("SHOP_DATABASE", database.postgres().database());
    environment.put("SHOP_USER", database.postgres().user());
    environment.put("SHOP_PASSWORD", password);
    environment.put("GITHUB_API", github.baseUrl().toString());
    environment.put("GITHUB_TOKEN", TOKEN);
    environment.put("GITHUB_INTERVAL", "3 seconds");
    environment.put("MILLRACE_ORDER_TOKEN", ORDER_TOKEN);
    environment.put("MILLRACE_LOG", "json");
    environment.put("QUARKUS_LOG_LEVEL", "DEBUG");
    millrace = new MillraceCommand(directory, environment);
    up = millrace.start(said, "up", folder.toString());
  }

  @AfterAll
  void stop() {
    up.destroyForcibly();
    github.close();
    database.close();
  }

  @Test
  @Order(1)
  void showsEveryTableOfTheFolder() throws Exception {
    await("every table", () -> read(said).contains("every table shows its initial cut"));
    assertThat(Path.of(run().lake())).isEqualTo(folder.resolve("lake"));
    assertThat(SparkReader.tables(folder.resolve("lake"))).hasSizeGreaterThanOrEqualTo(19);
  }

  @Test
  @Order(2)
  void isRefusedASecondTimeInOneLine() throws Exception {
    MillraceCommand.Ended second = millrace.run("up", folder.toString());
    assertThat(second.code()).isEqualTo(1);
    assertThat(second.out().lines()).singleElement().asString().startsWith("LOC-001 ");
    assertThat(up.isAlive()).isTrue();
  }

  @Test
  @Order(3)
  void takesOrdersFromWhoHasItsTokenOnly() throws Exception {
    for (Service service : Service.values()) {
      for (String order : List.of("/api/v1/dynamic-tables/marts.order_lines/suspend", "/any")) {
        HttpResponse<String> refused =
            http.send(
                HttpRequest.newBuilder(URI.create(run().url(service) + order))
                    .header("Authorization", "Bearer " + TOKEN)
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).as(service + order).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(refused.body()).startsWith("{\"code\":\"RUN-003\",\"message\":\"RUN-003 ");
      }
    }
    MillraceCommand bare = new MillraceCommand(directory, Map.of());
    MillraceCommand.Ended refused = bare.run("rebuild", "--dir", folder.toString(), "dim.part");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.out()).startsWith("CLI-007 ").contains("MILLRACE_ORDER_TOKEN here is not");
    assertThat(bare.run("status", "--dir", folder.toString()).code()).isZero();
    assertThat(millrace.run("rebuild", "--dir", folder.toString(), "--wait", "dim.part").out())
        .startsWith("dim.part is computed anew at cut ");
    assertThat(
            millrace
                .run("alter", "--dir", folder.toString(), "marts.order_lines", "--set", "COMMENT=x")
                .out())
        .startsWith("marts.order_lines is altered from cut ");
  }

  @Test
  @Order(4)
  void outlivesAnApiThatFailsAndBreaksOff() throws Exception {
    byte[] sorry = "{\"message\": \"sorry\"}".getBytes(StandardCharsets.UTF_8);
    github.next(8, new Fault.Reply(500, Map.of(), sorry));
    github.next(2, new Fault.Truncated());
    await("an error of the API", () -> error("github").matches("ING-\\d{3} .*"));
    await("its end", () -> error("github").isEmpty());
    int answered = github.served().size();
    await("another run", () -> github.served().size() > answered + 13);
    assertThat(
            millrace
                .run(
                    "sql",
                    "--dir",
                    folder.toString(),
                    "-o",
                    "csv",
                    "SELECT count(*) FROM staging.repositories")
                .out())
        .endsWith("12\n");
  }

  @Test
  @Order(5)
  void saysInOneLineThatTheDatabaseIsGone() throws Exception {
    database.close();
    await("an error of the database", () -> error("shop").matches("ING-\\d{3} .*"));
    assertThat(up.isAlive()).isTrue();
  }

  @Test
  @Order(6)
  void saysNoSecretAnywhere() throws Exception {
    List<String> places = new ArrayList<>();
    for (Service service : Service.values()) {
      for (String endpoint : ENDPOINTS) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(run().url(service) + endpoint)).build();
        if (isTold(http.send(request, HttpResponse.BodyHandlers.ofString()).body())) {
          places.add(service + endpoint);
        }
      }
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        // Kafka's indexes are large and hold numbers; the database knows its own password.
        if (!file.toString().matches(".*index|.*/db/.*") && isTold(text(file))) {
          places.add(file.toString());
        }
      }
    }
    assertThat(places).isEmpty();
    Path log = folder.resolve(".millrace/logs/ingest.log");
    assertThat(Files.readString(log)).contains("\"level\":\"DEBUG\"");
    try (Stream<String> lines = Files.lines(log)) {
      // At DEBUG the framework speaks before it has read how lines are to be written.
      assertThat(lines.dropWhile(line -> !line.startsWith("{")))
          .isNotEmpty()
          .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    }
  }

  @Test
  @Order(7)
  void leavesNoProcessWhenToldToStop() throws Exception {
    List<ProcessHandle> family = up.toHandle().descendants().toList();
    assertThat(family).hasSizeGreaterThan(5);
    up.destroy();
    assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
    await("the end of all", () -> family.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  @Order(8)
  void isVerifiedAfterwardsWithoutItsSources() throws Exception {
    MillraceCommand bare = new MillraceCommand(directory, Map.of());
    MillraceCommand.Ended verified = bare.run("verify", "--dir", folder.toString());
    assertThat(verified.out().lines()).hasSize(19).noneMatch(line -> line.startsWith("wrong"));
    assertThat(verified.code()).isZero();
  }

  private RunFile run() {
    return RunFile.running(Optional.of(folder));
  }

  /** What status says of a source's trouble, in one line; empty if there is none. */
  private String error(String source) {
    try (ServiceCalls calls = new ServiceCalls(run())) {
      return calls.status(Service.INGEST).stream()
          .flatMap(status -> status.path("sources").valueStream())
          .filter(s -> s.path("source").asText().equals(source) && s.hasNonNull("error"))
          .map(s -> s.path("error").asText())
          .findFirst()
          .orElse("");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private boolean isTold(String text) {
    return text.contains(TOKEN) || text.contains(ORDER_TOKEN) || text.contains(password);
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited for " + what + " in vain; it said:\n" + read(said));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path place = to.resolve(from.relativize(file).toString());
        Files.createDirectories(place.getParent());
        Files.copy(file, place);
      }
    }
  }
}
