package io.millrace.warehouse.algebra;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** SQL names of the types of a plan. */
final class Types {
  private static final Set<String> SIMPLE =
      Set.of(
          "BOOLEAN",
          "TINYINT",
          "SMALLINT",
          "INTEGER",
          "BIGINT",
          "HUGEINT",
          "UTINYINT",
          "USMALLINT",
          "UINTEGER",
          "UBIGINT",
          "UHUGEINT",
          "FLOAT",
          "DOUBLE",
          "VARCHAR",
          "BLOB",
          "DATE",
          "TIME",
          "TIMESTAMP",
          "TIMESTAMP WITH TIME ZONE",
          "INTERVAL",
          "UUID");

  private Types() {}

  static String sql(JsonNode type) {
    String id = type.path("id").asText();
    JsonNode info = type.path("type_info");
    if (id.equals("DECIMAL")) {
      return "DECIMAL(" + info.path("width").asInt() + "," + info.path("scale").asInt() + ")";
    }
    if (id.equals("LIST")) {
      return sql(info.path("child_type")) + "[]";
    }
    if (id.equals("NULL") || id.equals("SQLNULL")) {
      return "\"NULL\"";
    }
    if (info.path("alias").asText().equals("JSON")) {
      return "JSON"; // to DuckDB a VARCHAR that casts in its own way
    }
    if (!SIMPLE.contains(id)) {
      throw new UnknownConstruct(Reason.NESTED_TYPE, id);
    }
    return id;
  }
}
