package io.millrace.ingest.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.ApiSource.ApiResource;
import io.millrace.warehouse.source.ApiSource.Auth;
import io.millrace.warehouse.source.ApiSource.Field;
import io.millrace.warehouse.source.ApiSource.Parent;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the runs so far have brought: each scope that is known, with the greatest cursor value seen
 * in it (empty text if none). A scope is one parent record, so a position grows with the number of
 * parents and nothing else; {@link #TEXT_MAX} is its hard limit, because it becomes one record of
 * the cut log.
 *
 * @param startedAt when the last complete run began
 * @param resources the scopes of each resource that was ever read completely
 * @param declared a mark of how each was declared then; none in a position from before there were
 */
record ApiPosition(
    Instant startedAt, Map<String, Map<Scope, String>> resources, Map<String, String> declared) {

  /** Most characters of a position: about 8,000 parents. */
  static final int TEXT_MAX = 512_000;

  private static final JsonMapper JSON = new JsonMapper();

  /** Before the first run. */
  static ApiPosition none() {
    return new ApiPosition(Instant.EPOCH, Map.of(), Map.of());
  }

  /** The scopes known of a resource; empty if it was never read. */
  Map<Scope, String> scopes(String resource) {
    return resources.getOrDefault(resource, Map.of());
  }

  /**
   * Whether a source can go on from here: every resource was read before, and as it is declared
   * now. Otherwise all of it is read again.
   */
  boolean covers(ApiSource source) {
    return source.resources().stream()
        .allMatch(r ->
            covers(r)
                && declared
                    .getOrDefault(r.name(), declaration(source, r))
                    .equals(declaration(source, r)));
  }

  /** The marks of a source's resources. */
  static Map<String, String> declarations(ApiSource source) {
    Map<String, String> marks = new TreeMap<>();
    source.resources().forEach(r -> marks.put(r.name(), declaration(source, r)));
    return marks;
  }

  /** A hash of all that decides which rows a resource has, and what is in them. */
  private static String declaration(ApiSource source, ApiResource resource) {
    List<Object> parts =
        List.of(
            source.baseUrl(),
            source.auth() instanceof Auth.Bearer bearer ? bearer.token().reference() : "",
            new TreeMap<>(source.headers()),
            resource.path(),
            new TreeMap<>(resource.parameters()),
            resource.parent().map(Parent::resource).orElse(""),
            new TreeMap<>(resource.parent().map(Parent::parameters).orElse(Map.of())),
            new TreeMap<>(resource.query()),
            resource.records(),
            resource.fields().stream().map(f -> List.of(column(f), f.pointer())).toList(),
            resource.key(),
            resource.cursor(),
            resource.pagination(),
            resource.write());
    return Integer.toHexString(parts.toString().hashCode());
  }

  private static String column(Field field) {
    return field.column().name() + " " + field.column().type().sql() + " " + field.present();
  }

  private boolean covers(ApiResource resource) {
    Map<Scope, String> scopes = resources.get(resource.name());
    Set<String> places =
        resource.parent().map(Parent::parameters).map(Map::keySet).orElse(Set.of());
    return scopes != null
        && scopes.keySet().stream().allMatch(scope -> scope.places().keySet().equals(places));
  }

  /**
   * This position as JSON: {@code {"startedAt": ..., "resources": {"issues": [{"places": {"repo":
   * ...}, "cursor": ...}]}, "declared": {"issues": ...}}}.
   *
   * @throws MillraceException ING-041 when that is longer than {@link #TEXT_MAX}
   */
  String text() {
    ObjectNode root = JSON.createObjectNode();
    root.put("startedAt", startedAt.toString());
    ObjectNode all = root.putObject("resources");
    resources.forEach((resource, scopes) -> {
      ArrayNode list = all.putArray(resource);
      scopes.forEach((scope, cursor) -> {
        ObjectNode entry = list.addObject();
        if (!scope.places().isEmpty()) {
          ObjectNode places = entry.putObject("places");
          scope.places().forEach(places::put);
        }
        if (!cursor.isEmpty()) {
          entry.put("cursor", cursor);
        }
      });
    });
    ObjectNode marks = root.putObject("declared");
    declared.forEach(marks::put);
    String text = root.toString();
    if (text.length() > TEXT_MAX) {
      throw ApiProblem.of(
          IngestError.ING_041_API_POSITION_TOO_LARGE,
          "the position of this source has %,d characters, more than %,d, because it holds a cursor"
              + " for each of %,d collections. Split the source so that each reads fewer parents.",
          text.length(),
          TEXT_MAX,
          resources.values().stream().mapToInt(Map::size).sum());
    }
    return text;
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws MillraceException ING-039 for anything else
   */
  static ApiPosition parse(String text) {
    try {
      JsonNode root = JSON.readTree(text);
      Map<String, Map<Scope, String>> resources = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> resource : root.required("resources").properties()) {
        Map<Scope, String> scopes = new LinkedHashMap<>();
        for (JsonNode entry : resource.getValue()) {
          Map<String, String> places = new TreeMap<>();
          entry
              .path("places")
              .properties()
              .forEach(p -> places.put(p.getKey(), p.getValue().asText()));
          scopes.put(Scope.of(resource.getKey(), places), entry.path("cursor").asText(""));
        }
        resources.put(resource.getKey(), scopes);
      }
      Map<String, String> declared = new TreeMap<>();
      root.path("declared")
          .properties()
          .forEach(mark -> declared.put(mark.getKey(), mark.getValue().asText()));
      return new ApiPosition(
          Instant.parse(root.required("startedAt").asText()), resources, declared);
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      throw new MillraceException(
          IngestError.ING_039_API_POSITION_UNREADABLE,
          "the stored position of this source is not one that an API reader wrote. Was the source's"
              + " kind changed under the same name? Give the source another name.",
          e);
    }
  }
}
