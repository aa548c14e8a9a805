package io.millrace.lake;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3-compatible server as a process of its own, its objects in memory. One for all tests. */
final class ObjectStoreServer {
  private static final String USER = "local";
  private static final String SECRET = "local-secret";
  private static final long START_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
  private static final ObjectStoreServer SERVER = start();

  private final URI endpoint;

  private ObjectStoreServer(URI endpoint) {
    this.endpoint = endpoint;
  }

  /** Where it listens. */
  static URI endpoint() {
    return SERVER.endpoint;
  }

  /** A client of it. */
  static S3Client client() {
    System.setProperty("aws.accessKeyId", USER);
    System.setProperty("aws.secretAccessKey", SECRET);
    return LakeLocation.client(SERVER.endpoint);
  }

  /** A new bucket's name. */
  static String bucket() {
    String name = "lake-" + UUID.randomUUID();
    try (S3Client client = client()) {
      var _ = client.createBucket(b -> b.bucket(name));
    }
    return name;
  }

  private static ObjectStoreServer start() {
    try {
      int port;
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      Path folder = Files.createTempDirectory("millrace-s3");
      Path settings = folder.resolve("server.properties");
      Files.write(
          settings,
          List.of(
              "s3proxy.endpoint=http://127.0.0.1:" + port,
              "s3proxy.authorization=aws-v2-or-v4",
              "s3proxy.identity=" + USER,
              "s3proxy.credential=" + SECRET,
              "jclouds.provider=transient-nio2",
              "jclouds.identity=unused",
              "jclouds.credential=unused"));
      Process server =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-Xmx256m",
                  "-XX:TieredStopAtLevel=1",
                  "-DLOG_LEVEL=warn",
                  "-cp",
                  System.getProperty("java.class.path"),
                  "org.gaul.s3proxy.Main",
                  "--properties",
                  settings.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("server.log").toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(server::destroyForcibly));
      await(port, server, folder.resolve("server.log"));
      return new ObjectStoreServer(URI.create("http://127.0.0.1:" + port));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void await(int port, Process server, Path log) throws IOException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < START_NANOS_MAX) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        if (!server.isAlive()) {
          throw new AssertionError("the server ended:\n" + Files.readString(log), e);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
    throw new AssertionError("the server did not start:\n" + Files.readString(log));
  }
}
