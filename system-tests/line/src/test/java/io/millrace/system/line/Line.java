package io.millrace.system.line;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.RunFile;
import io.millrace.contracts.Service;
import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.Organization;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The stack, the example warehouse and the four services, in a folder of its own. */
final class Line implements AutoCloseable {
  private static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();

  /** Who is killed is missed after this, so that a test does not wait for it. */
  private static final Map<String, String> SOON_MISSED =
      Map.of("SESSION_TIMEOUT_MS", "4000", "HEARTBEAT_INTERVAL_MS", "500");

  private static final String PLACEMENT = "MP_MESSAGING_INCOMING_PLACEMENT_";
  private static final List<String> SMALL = List.of("-XX:TieredStopAtLevel=1", "-Xmx512m");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  final Outside stack;
  final GithubApi github;
  final Path folder;
  final Path lake;
  final Path warehouse;
  private final boolean whole;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Service, Process> processes = new EnumMap<>(Service.class);
  private final Map<Service, Integer> ports = new EnumMap<>(Service.class);
  private final Map<String, String> settings = new HashMap<>();

  private final List<String> jvm;

  /** A line with the example warehouse. */
  Line(Path folder) throws InterruptedException, IOException {
    this(folder, warehouse(), SMALL);
  }

  /**
   * @param jvm options of the services' JVMs
   */
  Line(Path folder, List<String> jvm) throws InterruptedException, IOException {
    this(folder, warehouse(), jvm);
  }

  Line(Path folder, Path warehouse) throws InterruptedException, IOException {
    this(folder, warehouse, SMALL);
  }

  /**
   * @param jvm options of the services' JVMs
   */
  Line(Path folder, Path warehouse, List<String> jvm) throws InterruptedException, IOException {
    this(
        Outside.start(folder.resolve("stack")),
        new GithubApi(
            new Organization("apache", 20, 60, 1, Clock.systemUTC()),
            new GithubApi.Options(0, "", 0, Integer.MAX_VALUE),
            Clock.systemUTC()),
        folder,
        folder.resolve("lake"),
        warehouse,
        jvm,
        true);
  }

  private Line(
      Outside stack,
      GithubApi github,
      Path folder,
      Path lake,
      Path warehouse,
      List<String> jvm,
      boolean whole)
      throws IOException {
    this.stack = stack;
    this.github = github;
    this.folder = folder;
    this.lake = lake;
    this.warehouse = warehouse;
    this.jvm = List.copyOf(jvm);
    this.whole = whole;
    for (Service service : Service.values()) {
      ports.put(service, freePort());
    }
  }

  /**
   * Below what Linux gives to outgoing connections and what the stack chooses from, so that nobody
   * takes it before its process has started.
   */
  private static int freePort() {
    return ThreadLocalRandom.current()
        .ints(10_000, 20_000)
        .filter(port -> GIVEN.add(port) && isFree(port))
        .findFirst()
        .getAsInt();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Other instances of the services, on the same stack, warehouse and lake. None runs yet; closing
   * it ends these instances only.
   */
  Line beside(String name) throws IOException {
    return new Line(
        stack, github, Files.createDirectories(folder.resolve(name)), lake, warehouse, jvm, false);
  }

  /** Sets an environment variable of the services that are started from now on. */
  void set(String variable, String value) {
    settings.put(variable, value);
  }

  /**
   * As {@link #beside}, but on a lake and local state of their own, which are empty. Kafka is the
   * same, so these instances must not run beside others of the same services.
   */
  Line onAnEmptyLake(String name) throws IOException {
    Path own = Files.createDirectories(folder.resolve(name));
    return new Line(stack, github, own, own.resolve("lake"), warehouse, jvm, false);
  }

  /** The example warehouse. */
  static Path warehouse() {
    return REPOSITORY.resolve("examples/shop");
  }

  /** How readers of a run reach it. */
  RunFile run() {
    return new RunFile(
        ProcessHandle.current().pid(),
        warehouse.toString(),
        lake.toString(),
        stack.kafkaBootstrap(),
        stack.registryUrl(),
        ports.entrySet().stream()
            .collect(Collectors.toMap(e -> e.getKey().id(), Map.Entry::getValue)));
  }

  /** The environment that the warehouse's sources refer to. */
  Map<String, String> sourceEnvironment() {
    var postgres = stack.postgres();
    return Map.of(
        "SHOP_HOST",
        postgres.host(),
        "SHOP_PORT",
        Integer.toString(postgres.port()),
        "SHOP_DATABASE",
        postgres.database(),
        "SHOP_USER",
        postgres.user(),
        "SHOP_PASSWORD",
        postgres.password(),
        "GITHUB_API",
        github.baseUrl().toString(),
        "GITHUB_TOKEN",
        "token",
        "GITHUB_INTERVAL",
        "5 seconds");
  }

  void start(Service service) throws IOException {
    Path app = REPOSITORY.resolve(service.id() + "-service/target/quarkus-app/quarkus-run.jar");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Duser.language=en",
            "-jar",
            app.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> env = builder.environment();
    env.putAll(sourceEnvironment());
    env.put("MILLRACE_WAREHOUSE", warehouse.toString());
    env.put("MILLRACE_KAFKA", stack.kafkaBootstrap());
    env.put("MILLRACE_REGISTRY", stack.registryUrl());
    env.put("MILLRACE_LAKE", lake.toString());
    env.put("MILLRACE_STATE", folder.resolve("state/" + service.id()).toString());
    env.put("MILLRACE_HTTP_PORT", Integer.toString(port(service)));
    if (service != Service.INGEST) {
      SOON_MISSED.forEach((name, value) -> env.put(PLACEMENT + name, value));
    }
    env.putAll(settings);
    env.put("MILLRACE_PARENT_PID", Long.toString(ProcessHandle.current().pid()));
    Path log = folder.resolve(service.id() + ".log");
    builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    processes.put(service, builder.start());
  }

  /** The process of a service that runs. */
  ProcessHandle process(Service service) {
    return Objects.requireNonNull(processes.get(service), service.id()).toHandle();
  }

  void startAll() throws IOException {
    for (Service service : Service.values()) {
      start(service);
    }
  }

  /** kill -9, then waits until it is gone. */
  void kill(Service service) throws InterruptedException {
    Process process = processes.remove(service);
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /** Sends a signal such as STOP or CONT. */
  void signal(Service service, String signal) throws IOException, InterruptedException {
    String pid = Long.toString(Objects.requireNonNull(processes.get(service)).pid());
    if (new ProcessBuilder("kill", "-" + signal, pid).start().waitFor() != 0) {
      throw new AssertionError(service + " could not be sent " + signal);
    }
  }

  /** SIGTERM; how long it took to end. */
  Duration stop(Service service) throws InterruptedException {
    Process process = processes.remove(service);
    long begun = System.nanoTime();
    if (process != null) {
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError(service + " did not end within 30 s of SIGTERM");
      }
    }
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  int port(Service service) {
    return ports.getOrDefault(service, 0);
  }

  /** The service's status; empty while it does not answer. */
  Optional<JsonNode> status(Service service) throws InterruptedException {
    return get(service, "/api/v1/status");
  }

  Optional<JsonNode> get(Service service, String path) throws InterruptedException {
    try {
      HttpResponse<byte[]> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(service) + path))
                  .timeout(Duration.ofSeconds(5))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      return Optional.of(JSON.readTree(answer.body()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void post(Service service, String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(service) + path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new AssertionError(path + " answered " + answer.statusCode() + ": " + answer.body());
    }
  }

  /** Waits until every table made from the shop shows everything that was committed before. */
  void awaitShown(Instant committed, Duration limit) throws InterruptedException {
    awaitShown(List.of(Service.STAGING, Service.DIMENSION, Service.MARTS), committed, limit);
  }

  /** As {@link #awaitShown(Instant, Duration)}, of these services' tables. */
  void awaitShown(List<Service> services, Instant committed, Duration limit)
      throws InterruptedException {
    for (Service service : services) {
      await(
          service,
          limit,
          "everything committed before " + committed,
          table -> isOfGithub(table) || shows(table, committed));
    }
  }

  /** Waits until staging and dimensions show a sync of GitHub that began after this moment. */
  void awaitSynced(Instant quiet, Duration limit) throws InterruptedException {
    for (Service service : List.of(Service.STAGING, Service.DIMENSION)) {
      await(
          service,
          limit,
          "a sync begun after " + quiet,
          table -> !isOfGithub(table) || shows(table, quiet));
    }
  }

  private static boolean shows(JsonNode table, Instant moment) {
    JsonNode at = table.path("dataTime");
    return at.isTextual() && !Instant.parse(at.asText()).isBefore(moment);
  }

  private static boolean isOfGithub(JsonNode table) {
    return table.path("table").asText().matches(".*(repo|issues|daily_activity).*");
  }

  /** Waits until the service says that it cannot go on, with this code. */
  void awaitError(Service service, String code, Duration limit) throws InterruptedException {
    awaitStatus(service, limit, code, status -> status.toString().contains(code));
  }

  /** Waits until the condition holds of the status of the service. */
  void awaitStatus(Service service, Duration limit, String what, Predicate<JsonNode> condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    Optional<JsonNode> status = status(service);
    while (!status.map(condition::test).orElse(false)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            service + " did not reach " + what + " within " + limit + ": " + status + tails());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      status = status(service);
    }
  }

  /** Waits until the condition holds of every table of the service. */
  void await(Service service, Duration limit, String what, Predicate<JsonNode> condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<JsonNode> status = status(service);
      JsonNode tables = status.map(s -> s.path("tables")).orElse(JSON.createArrayNode());
      boolean all = !tables.isEmpty();
      for (JsonNode table : tables) {
        all &= condition.test(table);
      }
      if (all) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            service + " did not reach " + what + " within " + limit + ": " + status + tails());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }

  /** The last lines of every service: what one waits for is often said by another. */
  private String tails() {
    return processes.keySet().stream().map(this::tail).collect(Collectors.joining());
  }

  private String tail(Service service) {
    try {
      List<String> lines = Files.readAllLines(folder.resolve(service.id() + ".log"));
      return "\n"
          + service
          + ":\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    processes.values().forEach(Process::destroyForcibly);
    if (whole) {
      github.close();
      stack.close();
    }
  }
}
