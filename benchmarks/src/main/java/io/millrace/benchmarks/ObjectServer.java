package io.millrace.benchmarks;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An S3-compatible server with one bucket, a process of its own that keeps objects in memory. */
record ObjectServer(Process process, URI endpoint) implements AutoCloseable {
  static final String BUCKET = "benchmark";
  private static final long START_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

  /** Beside the benchmark's own classes; see the pom. */
  private static final Path JARS = Path.of("benchmarks/target/s3");

  static ObjectServer start(Path folder) throws IOException, InterruptedException {
    if (!Files.isDirectory(JARS)) {
      throw new IOException(JARS.toAbsolutePath() + " is not there: run this from the root");
    }
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path settings = folder.resolve("s3.properties");
    Files.write(
        settings,
        List.of(
            "s3proxy.endpoint=http://127.0.0.1:" + port,
            "s3proxy.authorization=none",
            "jclouds.provider=transient-nio2",
            "jclouds.identity=unused",
            "jclouds.credential=unused"));
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx512m",
                "-DLOG_LEVEL=warn",
                "-cp",
                JARS + "/*",
                "org.gaul.s3proxy.Main",
                "--properties",
                settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("s3.log").toFile())
            .start();
    ObjectServer server = new ObjectServer(process, URI.create("http://127.0.0.1:" + port));
    server.createBucket();
    return server;
  }

  private void createBucket() throws IOException, InterruptedException {
    HttpRequest create =
        HttpRequest.newBuilder(endpoint.resolve("/" + BUCKET)).PUT(BodyPublishers.noBody()).build();
    long start = System.nanoTime();
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (true) {
        try {
          var _ = client.send(create, BodyHandlers.discarding());
          return;
        } catch (ConnectException e) {
          if (!process.isAlive() || System.nanoTime() - start > START_NANOS_MAX) {
            throw e;
          }
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
