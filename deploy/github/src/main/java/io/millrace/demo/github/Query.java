package io.millrace.demo.github;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The query parameters of a request.
 *
 * @param parameters decoded, in the request's order
 */
record Query(Map<String, String> parameters) {

  static Query of(URI address) {
    Map<String, String> parameters = new LinkedHashMap<>();
    String text = address.getRawQuery() == null ? "" : address.getRawQuery();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
      }
    }
    return new Query(parameters);
  }

  String get(String name, String otherwise) {
    return parameters.getOrDefault(name, otherwise);
  }

  /** A whole number, or {@code otherwise} if there is none. */
  int number(String name, int otherwise) {
    String text = get(name, "");
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : otherwise;
  }

  /** The same query for another page, encoded. */
  String forPage(int page) {
    Map<String, String> changed = new LinkedHashMap<>(parameters);
    changed.put("page", String.valueOf(page));
    return changed.entrySet().stream()
        .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
