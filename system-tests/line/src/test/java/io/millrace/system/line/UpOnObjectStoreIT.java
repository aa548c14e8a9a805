package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.Organization;
import io.millrace.local.Part;
import io.millrace.local.Progress;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import io.millrace.local.shop.ShopLoader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code millrace up DIR --lake s3://...} against an S3-compatible server, whose jars are in the
 * folder that the property names: {@code -Dmillrace.s3proxy=.../benchmarks/target/s3}.
 */
@EnabledIfSystemProperty(named = "millrace.s3proxy", matches = ".+")
class UpOnObjectStoreIT {
  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final String LAKE = "s3://warehouse/shop";

  @TempDir Path directory;

  @Test
  void showsEveryTableAndIsVerified() throws Exception {
    Path folder = directory.resolve("warehouse");
    copy(Line.warehouse(), folder);
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    URI endpoint = URI.create("http://127.0.0.1:" + port);
    Process server = startServer(endpoint);
    try (Stack database =
            Stack.start(StackSpec.of(directory.resolve("db"), Part.POSTGRES), Progress.silent());
        GithubApi github =
            new GithubApi(
                new Organization("apache", 12, 40, 1, Clock.systemUTC()),
                new GithubApi.Options(0, "token", 0, Integer.MAX_VALUE),
                Clock.systemUTC())) {
      createBucket(endpoint, server);
      ShopLoader.load(database.postgres(), ShopLoader.SMALL, Progress.silent());
      Map<String, String> environment = new HashMap<>();
      environment.put("SHOP_HOST", database.postgres().host());
      environment.put("SHOP_PORT", Integer.toString(database.postgres().port()));
      environment.put("SHOP_DATABASE", database.postgres().database());
      environment.put("SHOP_USER", database.postgres().user());
      environment.put("SHOP_PASSWORD", database.postgres().password());
      environment.put("GITHUB_API", github.baseUrl().toString());
      environment.put("GITHUB_TOKEN", "token");
      environment.put("MILLRACE_S3_ENDPOINT", endpoint.toString());
      environment.put("AWS_ACCESS_KEY_ID", "any");
      environment.put("AWS_SECRET_ACCESS_KEY", "any");
      runAndVerify(folder, new MillraceCommand(directory, environment));
    } finally {
      server.destroyForcibly();
    }
  }

  private void runAndVerify(Path folder, MillraceCommand millrace) throws Exception {
    Path said = directory.resolve("up.log");
    Process up = millrace.start(said, "up", folder.toString(), "--lake", LAKE);
    try {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (!Files.readString(said).contains("every table shows its initial cut")) {
        assertThat(up.isAlive()).as("%s", Files.readString(said)).isTrue();
        assertThat(System.nanoTime()).as("%s", Files.readString(said)).isLessThan(deadline);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
      MillraceCommand.Ended counted =
          millrace.run(
              "sql",
              "--dir",
              folder.toString(),
              "-o",
              "csv",
              "SELECT count(*) FROM staging.repositories");
      assertThat(counted.out()).endsWith("12\n");
    } finally {
      up.destroy();
      assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    MillraceCommand.Ended verified = millrace.run("verify", "--dir", folder.toString());
    assertThat(verified.out().lines())
        .hasSizeGreaterThanOrEqualTo(19)
        .noneMatch(line -> line.startsWith("wrong"));
    assertThat(verified.code()).as("%s", verified.out()).isZero();
    assertThat(folder.resolve("lake")).doesNotExist();
  }

  private Process startServer(URI endpoint) throws IOException {
    Path settings = directory.resolve("s3.properties");
    Files.write(
        settings,
        List.of(
            "s3proxy.endpoint=" + endpoint,
            "s3proxy.authorization=none",
            "jclouds.provider=transient-nio2",
            "jclouds.identity=unused",
            "jclouds.credential=unused"));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-DLOG_LEVEL=warn",
            "-cp",
            System.getProperty("millrace.s3proxy") + "/*",
            "org.gaul.s3proxy.Main",
            "--properties",
            settings.toString())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("s3.log").toFile())
        .start();
  }

  private void createBucket(URI endpoint, Process server) throws Exception {
    HttpRequest create =
        HttpRequest.newBuilder(endpoint.resolve("/warehouse")).PUT(BodyPublishers.noBody()).build();
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (true) {
        try {
          HttpResponse<String> answer = http.send(create, BodyHandlers.ofString());
          assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(200);
          return;
        } catch (IOException e) {
          assertThat(server.isAlive())
              .as("%s", Files.readString(directory.resolve("s3.log")))
              .isTrue();
          assertThat(System.nanoTime()).isLessThan(deadline);
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
      }
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
