package io.millrace.ingest.api;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.ApiSource.ApiResource;
import io.millrace.warehouse.source.ApiSource.Cursor;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Builds the address of a collection's first page. */
final class RequestUrl {

  private static final Pattern PLACE = Pattern.compile("\\{([^}]*)}");

  private RequestUrl() {}

  /**
   * The first page of a scope; query parameters in order of their names.
   *
   * @param from the cursor's lower bound, empty if none
   * @throws MillraceException ING-040 for a place without a value, ING-037 for a parent's value
   *     that would change the path
   */
  static URI first(ApiSource source, ApiResource resource, Scope scope, Optional<String> from) {
    Map<String, String> query = new TreeMap<>(resource.query());
    resource
        .cursor()
        .flatMap(Cursor::parameter)
        .ifPresent(parameter -> from.ifPresent(value -> query.put(parameter, value)));
    String base = source.baseUrl().toString().replaceFirst("/+$", "");
    String path = path(resource, scope);
    String text =
        query.entrySet().stream()
            .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
            .collect(Collectors.joining("&"));
    return URI.create(base + path + (text.isEmpty() ? "" : "?" + text));
  }

  private static String path(ApiResource resource, Scope scope) {
    return PLACE
        .matcher(resource.path())
        .replaceAll(place -> Matcher.quoteReplacement(segment(resource, scope, place.group(1))));
  }

  private static String segment(ApiResource resource, Scope scope, String place) {
    String fixed = resource.parameters().get(place);
    String value = fixed != null ? fixed : scope.places().get(place);
    if (value == null) {
      throw ApiProblem.of(
          IngestError.ING_040_API_DECLARATION_INVALID,
          "resource %s: its path has {%s}, but neither its parameters nor its parent give a value."
              + " Add it to one of them.",
          resource.name(),
          place);
    }
    if (value.isEmpty() || value.equals(".") || value.equals("..")) {
      throw ApiProblem.of(
          IngestError.ING_037_API_VALUE_DOES_NOT_FIT,
          "resource %s: the value for {%s} is empty or a dot segment, which would lead to another"
              + " path. Take another column of the parent.",
          resource.name(),
          place);
    }
    return encode(value);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
