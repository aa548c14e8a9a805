package io.millrace.changelog.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * A client of a schema registry that speaks Confluent's HTTP interface. Schemas read by id are kept
 * for the life of the client, because an id never changes its schema. Safe for use by many threads.
 *
 * <p>Every method throws {@link MillraceException} CL-001 when the registry cannot be reached or
 * reports a fault of its own, and CL-003 when it refuses the request.
 */
public final class SchemaRegistry implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String base;
  private final Duration requestTimeout;
  private final HttpClient http;
  private final Map<Integer, Schema> byId = new ConcurrentHashMap<>();

  /**
   * A schema under its id.
   *
   * @param id the number that stands in the frame of every record
   * @param schema the writer's schema
   */
  public record Registered(int id, Schema schema) {}

  /**
   * A client of the registry at this address; nothing is asked yet.
   *
   * @param base the whole address that the paths {@code /subjects} and {@code /schemas} follow
   */
  public SchemaRegistry(URI base) {
    this(base, REQUEST_TIMEOUT);
  }

  SchemaRegistry(URI base, Duration requestTimeout) {
    this.base = base.toString().replaceAll("/+$", "");
    this.requestTimeout = requestTimeout;
    this.http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
  }

  /**
   * The id of this schema under this subject; registers it as the newest version if it is not
   * there.
   *
   * @throws MillraceException CL-003 if the registry's compatibility rule refuses the schema
   */
  public int register(String subject, Schema schema) {
    String body = JSON.createObjectNode().put("schema", schema.toString()).toString();
    HttpRequest request =
        request("/subjects/" + encoded(subject) + "/versions")
            .header("Content-Type", MEDIA_TYPE)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    String wanted = "to register a schema of subject " + subject;
    return id(answer(request, wanted).orElseThrow(() -> unknown(request, wanted)), wanted);
  }

  /**
   * The schema of this id.
   *
   * @throws MillraceException CL-002 if the registry has none, or has one that is not Avro
   */
  public Schema byId(int id) {
    Schema known = byId.get(id);
    if (known != null) {
      return known;
    }
    HttpRequest request = request("/schemas/ids/" + id).GET().build();
    String wanted = "schema id " + id;
    Schema schema =
        schema(answer(request, wanted).orElseThrow(() -> unknown(request, wanted)), wanted);
    byId.put(id, schema);
    return schema;
  }

  /** The newest schema of this subject; empty if the subject does not exist. */
  public Optional<Registered> latest(String subject) {
    String wanted = "the newest schema of subject " + subject;
    return answer(
            request("/subjects/" + encoded(subject) + "/versions/latest").GET().build(), wanted)
        .map(body -> new Registered(id(body, wanted), schema(body, wanted)));
  }

  @Override
  public void close() {
    http.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(requestTimeout)
        .header("Accept", MEDIA_TYPE + ", application/json");
  }

  /** The answer's body; empty for "not found" in the registry's own words. */
  private Optional<JsonNode> answer(HttpRequest request, String wanted) {
    HttpResponse<String> response = send(request, wanted);
    int status = response.statusCode();
    JsonNode body = json(response.body());
    if (status == 200 && body.isObject()) {
      return Optional.of(body);
    }
    if (status == 404 && body.has("error_code")) { // a wrong path is a 404 without it
      return Optional.empty();
    }
    if (status >= 500 || status == 429 || status == 408) {
      throw new MillraceException(
          ChangelogError.CL_001_REGISTRY_UNAVAILABLE,
          said(request, wanted, status, body) + " It is tried again.");
    }
    throw new MillraceException(
        ChangelogError.CL_003_REGISTRY_REFUSED,
        said(request, wanted, status, body)
            + " Check the schema against the subject's compatibility rule, the registry's address"
            + " (it ends before /subjects) and the rights on it.");
  }

  private HttpResponse<String> send(HttpRequest request, String wanted) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new MillraceException(
          ChangelogError.CL_001_REGISTRY_UNAVAILABLE,
          String.format(
              Locale.ROOT,
              "the schema registry does not answer at %s, where Millrace wanted %s. Start it or"
                  + " correct its address; it is tried again.",
              request.uri(),
              wanted),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ChangelogError.CL_001_REGISTRY_UNAVAILABLE,
          String.format(
              Locale.ROOT,
              "interrupted while asking the schema registry at %s for %s.",
              request.uri(),
              wanted),
          e);
    }
  }

  private static String said(HttpRequest request, String wanted, int status, JsonNode body) {
    String words = body.path("message").asText(body.path("title").asText(""));
    return String.format(
        Locale.ROOT,
        "the schema registry at %s answered %d%s to the request for %s.",
        request.uri(),
        status,
        words.isEmpty() ? "" : " (" + words + ")",
        wanted);
  }

  private static MillraceException unknown(HttpRequest request, String wanted) {
    return new MillraceException(
        ChangelogError.CL_002_SCHEMA_UNKNOWN,
        String.format(
            Locale.ROOT,
            "the schema registry at %s has not %s. The record was written against another registry,"
                + " or its schema was deleted.",
            request.uri(),
            wanted));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  private static int id(JsonNode body, String wanted) {
    JsonNode id = body.path("id");
    if (!id.canConvertToInt()) {
      throw new MillraceException(
          ChangelogError.CL_003_REGISTRY_REFUSED,
          "the schema registry's answer has no id, where Millrace wanted " + wanted + ".");
    }
    return id.intValue();
  }

  private static Schema schema(JsonNode body, String wanted) {
    try {
      return new Schema.Parser().setValidateDefaults(false).parse(body.path("schema").asText(""));
    } catch (AvroRuntimeException e) {
      throw new MillraceException(
          ChangelogError.CL_002_SCHEMA_UNKNOWN,
          wanted + " is not an Avro schema. Write the topic with Avro schemas.",
          e);
    }
  }

  private static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
