package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Node.On;
import java.util.ArrayList;
import java.util.List;

/** SQL of a match over any two relations with its sides' columns. */
record Matching(Node.Match match) {

  /**
   * The match of two relations.
   *
   * @param signed whether left rows have a weight, which the result then has as well
   */
  String sql(String left, String right, boolean signed) {
    int width = match.left().types().size();
    String weight = signed ? ", l._w" : "";
    String kept = Names.columns("l", width) + weight;
    return switch (match.kind()) {
      case LEFT ->
          "SELECT %s%s FROM %s l LEFT JOIN %s r ON %s"
              .formatted(
                  left(width) + right(width, match.right().types().size()),
                  weight,
                  left,
                  right,
                  condition());
      case SEMI ->
          "SELECT %s FROM %s l SEMI JOIN %s r ON %s".formatted(kept, left, right, condition());
      case ANTI ->
          "SELECT %s FROM %s l ANTI JOIN %s r ON %s".formatted(kept, left, right, condition());
      case MARK ->
          "SELECT %s%s AS c%d%s FROM %s l".formatted(left(width), mark(right), width, weight, left);
    };
  }

  /** An outer join's rows of left and right ones that both have a weight. */
  String joined(String left, String right) {
    int width = match.left().types().size();
    return "SELECT %s, l._w * r._w AS _w FROM %s l JOIN %s r ON %s"
        .formatted(
            left(width) + right(width, match.right().types().size()), left, right, condition());
  }

  private static String left(int width) {
    return width == 0 ? "" : Names.columns("l", width) + ", ";
  }

  private static String right(int width, int count) {
    return Names.list(Names.each(count, i -> "r.c" + i + " AS c" + (width + i)));
  }

  private String condition() {
    List<String> all = new ArrayList<>();
    match.on().forEach(o -> all.add(equal(o)));
    all.addAll(rest());
    return all.isEmpty() ? "true" : String.join(" AND ", all);
  }

  private List<String> rest() {
    int width = match.left().types().size();
    return match.rest().stream()
        .map(e -> e.sql(c -> c < width ? "l.c" + c : "r.c" + (c - width)))
        .toList();
  }

  private String mark(String right) {
    List<String> conditions = new ArrayList<>(rest());
    match.on().stream().filter(On::nullSafe).forEach(o -> conditions.add(equal(o)));
    String correlated = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    return match.on().stream()
        .filter(o -> !o.nullSafe())
        .findFirst()
        .map(in ->
            "(%s IN (SELECT %s FROM %s r%s))".formatted(left(in), right(in), right, correlated))
        .orElse("EXISTS (SELECT 1 FROM %s r%s)".formatted(right, correlated));
  }

  /**
   * Of left rows with weights, those whose mark a change of the right side can move: NULL on either
   * side of an IN concerns all rows of its correlation.
   */
  String touchedMarks(String left, String changes) {
    List<String> all = new ArrayList<>();
    for (On on : match.on()) {
      String equal = "%s IS NOT DISTINCT FROM %s".formatted(left(on), right(on));
      all.add(
          on.nullSafe()
              ? equal
              : "(%s OR %s IS NULL OR %s IS NULL)".formatted(equal, left(on), right(on)));
    }
    return "SELECT %s, l._w FROM %s l WHERE EXISTS (SELECT 1 FROM %s r WHERE %s)"
        .formatted(
            Names.columns("l", match.left().types().size()),
            left,
            changes,
            String.join(" AND ", all));
  }

  private static String equal(On on) {
    return left(on) + (on.nullSafe() ? " IS NOT DISTINCT FROM " : " = ") + right(on);
  }

  private static String left(On on) {
    return on.left().sql(c -> "l.c" + c);
  }

  private static String right(On on) {
    return on.right().sql(c -> "r.c" + c);
  }
}
