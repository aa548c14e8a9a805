package io.millrace.warehouse.algebra;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.warehouse.algebra.Expr.Piece;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The present in a query whose plan is to be read: a call that no query of a warehouse may hold.
 * Unlike a constant it is still there when DuckDB has bound the query and made constants of what it
 * could.
 */
public final class Present {
  private static final Map<String, String> MAKERS =
      Map.of(
          "TIMESTAMP WITH TIME ZONE", "make_timestamptz",
          "TIMESTAMP", "make_timestamp",
          "DATE", "make_date");
  private static final String UNKNOWN = "random";

  private Present() {}

  /**
   * The text that stands for the present.
   *
   * @param type a date or a timestamp
   */
  public static String sql(String type) {
    String count = type.equals("DATE") ? "INTEGER" : "BIGINT";
    return MAKERS.get(type) + "(CAST(" + UNKNOWN + "() AS " + count + "))";
  }

  /** The expression, if a call is the present; refused if it is a part of it. */
  static Optional<Expr> of(JsonNode call, String function, String type) {
    if (function.equals(UNKNOWN)) {
      throw new UnknownConstruct(Reason.NOW_OUTSIDE_FILTER, "now()");
    }
    JsonNode argument = call.path("children").path(0).path("children").path(0);
    JsonNode path = argument.path("qname").path("path");
    if (!function.equals(MAKERS.get(type))
        || !path.path(path.size() - 1).asText().equals(UNKNOWN)) {
      return Optional.empty();
    }
    return Optional.of(
        new Expr(
            List.of(
                new Piece.Text("CAST("),
                new Piece.Now(
                    type.equals("DATE"), type.equals("TIMESTAMP WITH TIME ZONE") ? "+00" : ""),
                new Piece.Text(" AS " + type + ")")),
            type));
  }
}
