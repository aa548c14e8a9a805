package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.Environment;
import io.millrace.contracts.OrderToken;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks the services of a run over HTTP. Safe for all threads; closed by its creator. */
public final class ServiceCalls implements AutoCloseable {
  private static final Duration STATUS_LIMIT = Duration.ofSeconds(3);
  private static final Duration ORDER_LIMIT = Duration.ofSeconds(45);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The footer of the commands that order. */
  static final String TOKEN_HELP =
      "%nServices that were started with a MILLRACE_ORDER_TOKEN take an order only from who has the"
          + " same in this variable.";

  private final RunFile run;
  private final Map<String, String> environment;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  /** Orders carry the token of this process's environment, if it has one. */
  public ServiceCalls(RunFile run) {
    this(run, System.getenv());
  }

  ServiceCalls(RunFile run, Map<String, String> environment) {
    this.run = run;
    this.environment = Map.copyOf(environment);
  }

  /** What a service says of itself; empty while it does not answer. */
  public Optional<JsonNode> status(Service service) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(run.url(service) + "/api/v1/status"))
            .timeout(STATUS_LIMIT)
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Optional.of(JSON.readTree(answer.body()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Orders a table to be computed anew.
   *
   * @return the cut at which it will be
   * @throws MillraceException CLI-007
   */
  public long rebuild(TableName table, boolean loseHistory) throws InterruptedException {
    return order(table, "rebuild?loseHistory=" + loseHistory);
  }

  /**
   * Orders a dimension to go back to a cut and to be computed anew from there.
   *
   * @param to a cut or an instant
   * @return the cut at which it will be
   * @throws MillraceException CLI-007
   */
  public long rewind(TableName table, String to) throws InterruptedException {
    return order(table, "rewind?to=" + URLEncoder.encode(to, StandardCharsets.UTF_8));
  }

  /**
   * Orders a dimension to erase rows.
   *
   * @param keys their surrogate keys
   * @return the cut at which it will
   * @throws MillraceException CLI-007
   */
  public long erase(TableName table, List<Long> keys) throws InterruptedException {
    return order(
        table, keys.stream().map(k -> "key=" + k).collect(Collectors.joining("&", "erase?", "")));
  }

  private long order(TableName table, String what) throws InterruptedException {
    return post(table, "/api/v1/tables/" + table + "/" + what);
  }

  /**
   * Orders something of a dynamic table.
   *
   * @return the cut at which it counts
   * @throws MillraceException CLI-007
   */
  public long order(DynamicTableOrder order, TableName table) throws InterruptedException {
    return post(table, "/api/v1/dynamic-tables/" + table + "/" + order.word());
  }

  /**
   * Orders properties of a dynamic table to be otherwise than the folder says.
   *
   * @param properties by name; null: again as the folder says
   * @return the cut from which on it counts
   * @throws MillraceException CLI-006, CLI-007
   */
  public long alter(TableName table, Map<String, @Nullable String> properties)
      throws InterruptedException {
    String path = "/api/v1/dynamic-tables/" + table;
    try {
      return send(
          table,
          HttpRequest.newBuilder(URI.create(run.url(Service.of(table)) + path))
              .header("Content-Type", "application/json")
              .method(
                  "PATCH",
                  HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(properties))));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("names and texts are JSON", e);
    }
  }

  /**
   * The dynamic tables as the marts service describes them, an array; empty while it does not
   * answer.
   */
  public Optional<JsonNode> dynamicTables() throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(run.url(Service.MARTS) + "/api/v1/dynamic-tables"))
            .timeout(STATUS_LIMIT)
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Optional.of(JSON.readTree(answer.body()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The orders that hold over what the folder says; none while the marts service is silent. */
  public List<Altered> altered() throws InterruptedException {
    List<Altered> found = new ArrayList<>();
    for (JsonNode table : dynamicTables().orElseGet(JSON::createArrayNode)) {
      for (JsonNode one : table.path("altered")) {
        found.add(
            new Altered(
                TableName.parse(table.path("table").asText()),
                one.path("property").asText(),
                one.path("folder").asText(),
                one.path("value").asText(),
                one.path("cut").asLong()));
      }
    }
    return found;
  }

  /**
   * A property of a dynamic table that an order has set.
   *
   * @param folder what the folder says that the services read; empty: nothing
   * @param value what counts
   * @param cut the order's
   */
  public record Altered(TableName table, String property, String folder, String value, long cut) {}

  private long post(TableName table, String path) throws InterruptedException {
    return send(
        table,
        HttpRequest.newBuilder(URI.create(run.url(Service.of(table)) + path))
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  private long send(TableName table, HttpRequest.Builder order) throws InterruptedException {
    Service service = Service.of(table);
    Optional<OrderToken> token = OrderToken.in(environment);
    token.ifPresent(it -> order.header("Authorization", it.authorization()));
    HttpRequest request = order.timeout(ORDER_LIMIT).build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == 401) {
        throw new MillraceException(
            CliError.CLI_007_SERVICE_REFUSED,
            "the %s service takes orders only with its token, and %s here%s. Set it to what the service has there."
                .formatted(
                    service.id(),
                    Environment.MILLRACE_ORDER_TOKEN,
                    token.isPresent() ? " is another" : " is not set"));
      }
      if (answer.statusCode() == 404) {
        throw new MillraceException(
            CliError.CLI_006_TABLE_UNKNOWN,
            "the " + service.id() + " service has no table " + table + ".");
      }
      if (answer.statusCode() == 400) {
        throw new MillraceException(
            CliError.CLI_007_SERVICE_REFUSED,
            "the "
                + service.id()
                + " service cannot take this order for "
                + table
                + reason(answer));
      }
      if (answer.statusCode() != 200) {
        throw refused(service, "answered " + answer.statusCode(), null);
      }
      return JSON.readTree(answer.body()).path("cut").asLong(-1);
    } catch (IOException e) {
      throw refused(service, "does not answer", e);
    }
  }

  /** Why, if the service says so. */
  private static String reason(HttpResponse<String> answer) throws IOException {
    String message =
        answer.body().startsWith("{") ? JSON.readTree(answer.body()).path("message").asText() : "";
    return message.isEmpty() ? "." : ": " + message;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private MillraceException refused(Service service, String what, @Nullable Throwable cause) {
    return new MillraceException(
        CliError.CLI_007_SERVICE_REFUSED,
        "the " + service.id() + " service at " + run.url(service) + " " + what + ". See its log.",
        cause);
  }
}
