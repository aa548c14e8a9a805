package io.millrace.cli;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.millrace.contracts.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;

/** A run, noted in a folder, in which one service answers as a test has it. */
final class RunningService {
  private RunningService() {}

  static HttpServer start(Service service, Path directory, HttpHandler answer) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", answer);
    server.start();
    new RunFile(
            ProcessHandle.current().pid(),
            directory.toString(),
            directory.resolve("lake").toString(),
            "127.0.0.1:1",
            "http://127.0.0.1:1",
            Map.of(service.id(), server.getAddress().getPort()))
        .write(directory);
    return server;
  }
}
