package io.millrace.changelog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A schema registry's HTTP interface over two maps. */
final class FakeRegistry implements AutoCloseable {
  private static final String PATH = "/apis/ccompat/v7";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final List<String> schemas = new ArrayList<>();
  private final Map<String, Integer> newest = new LinkedHashMap<>();
  private int requests;
  private int forcedStatus;

  FakeRegistry() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + PATH);
  }

  synchronized int requests() {
    return requests;
  }

  /** Every further request is answered with this status and the registry's kind of body. */
  synchronized void answerAlways(int status) {
    forcedStatus = status;
  }

  /** Puts any text under a new id. */
  synchronized int put(String schema) {
    schemas.add(schema);
    return schemas.size();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    requests++;
    String path = exchange.getRequestURI().getPath();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (forcedStatus != 0) {
      error(exchange, forcedStatus, forcedStatus * 100 + 1, "as told");
    } else if (!path.startsWith(PATH)) {
      answer(exchange, 404, "{\"title\":\"Could not find resource\",\"status\":404}");
    } else if (path.startsWith(PATH + "/schemas/ids/")) {
      byId(exchange, Integer.parseInt(path.substring((PATH + "/schemas/ids/").length())));
    } else {
      String[] parts = path.substring((PATH + "/subjects/").length()).split("/", -1);
      if (exchange.getRequestMethod().equals("POST")) {
        register(exchange, parts[0], JSON.readTree(body));
      } else {
        latest(exchange, parts[0]);
      }
    }
  }

  private void byId(HttpExchange exchange, int id) throws IOException {
    if (id < 1 || id > schemas.size()) {
      error(exchange, 404, 40403, "Schema not found");
    } else {
      answer(exchange, 200, JSON.createObjectNode().put("schema", schemas.get(id - 1)).toString());
    }
  }

  private void register(HttpExchange exchange, String subject, JsonNode body) throws IOException {
    String schema = body.path("schema").asText();
    int known = schemas.indexOf(schema);
    int id = known < 0 ? put(schema) : known + 1;
    newest.put(subject, id);
    answer(exchange, 200, JSON.createObjectNode().put("id", id).toString());
  }

  private void latest(HttpExchange exchange, String subject) throws IOException {
    Integer id = newest.get(subject);
    if (id == null) {
      error(exchange, 404, 40401, "Subject not found");
    } else {
      answer(
          exchange,
          200,
          JSON.createObjectNode()
              .put("subject", subject)
              .put("version", 1)
              .put("id", id)
              .put("schema", schemas.get(id - 1))
              .toString());
    }
  }

  private static void error(HttpExchange exchange, int status, int code, String message)
      throws IOException {
    answer(
        exchange,
        status,
        JSON.createObjectNode().put("error_code", code).put("message", message).toString());
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
