package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Why DuckDB could not parse or bind a SELECT.
 *
 * @param type such as parser, binder, catalog
 * @param message its first line
 * @param position in UTF-8 bytes from the start of the SELECT; -1 when unknown
 * @param missing kind of a missing catalog entry, such as Table or Scalar Function; else empty
 * @param name of that entry; else empty
 */
record Failure(String type, String message, long position, String missing, String name) {

  static Failure of(JsonNode answer) {
    JsonNode position = answer.path("position");
    return new Failure(
        answer.path("error_type").asText(),
        firstLine(answer.path("error_message").asText()),
        position.isMissingNode() ? -1 : position.asLong(-1),
        answer.path("error_subtype").asText().equals("MISSING_ENTRY")
            ? answer.path("type").asText()
            : "",
        answer.path("name").asText());
  }

  static Failure ofMessage(String message) {
    return new Failure("binder", firstLine(message), -1, "", "");
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
