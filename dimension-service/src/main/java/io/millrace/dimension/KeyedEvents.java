package io.millrace.dimension;

import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.util.stream.Collectors;

/**
 * The events of the keys in {@link InputRows#KEYS}, of an input with one row a key: what the
 * dimension's rows of them tell, and what the input says now. What a version overwrote in place is
 * not among them any more.
 */
record KeyedEvents(Dimension dimension) {

  /**
   * Two tables of a WITH clause, the second {@code events}: the SELECT's columns, {@code _start},
   * {@code _live} (else an end, without attributes), {@code _news} (later in the log than what is
   * not) and {@code _since}, where the row began that an existing event stands for.
   */
  String sql(String existing) {
    String keys = Sql.names(dimension.keys());
    String attributes = Sql.names(dimension.attributes().names());
    return """
    existing AS (
      SELECT e.*, %1$s AS _start FROM %2$s e SEMI JOIN %3$s k ON %4$s WHERE e.%5$s > 0),
    events AS (
      SELECT %6$s, _start, TRUE AS _live, FALSE AS _news, valid_from AS _since FROM existing
      UNION ALL BY NAME
      SELECT %7$s, valid_to AS _start, FALSE AS _live, FALSE AS _news FROM (
        SELECT %7$s, valid_to, lead(valid_from) OVER (PARTITION BY %7$s ORDER BY valid_from) AS _next
        FROM existing)
      WHERE valid_to < %8$s AND _next IS DISTINCT FROM valid_to
      UNION ALL BY NAME
      SELECT %6$s, _start, TRUE AS _live, TRUE AS _news FROM %9$s
      UNION ALL BY NAME
      SELECT %10$s,
             greatest(g._at, coalesce(max(e._start) + INTERVAL 1 MICROSECOND, g._at)) AS _start,
             FALSE AS _live, TRUE AS _news
      FROM %11$s g LEFT JOIN existing e ON %12$s GROUP BY %10$s, g._at)\
    """
        .formatted(
            startOfExisting(),
            existing,
            InputRows.KEYS,
            InputRows.equal(dimension.keys(), "e", "k"),
            Sql.name(dimension.surrogateKey()),
            attributes,
            keys,
            Validity.OPEN_END,
            InputRows.STATES,
            dimension.keys().stream()
                .map(k -> "g." + Sql.name(k))
                .collect(Collectors.joining(", ")),
            InputRows.GONE,
            InputRows.equal(dimension.keys(), "e", "g"));
  }

  /** A version's row begins with its state; a member's only row may show a later one. */
  private String startOfExisting() {
    return switch (dimension.scdType()) {
      case TYPE_1 ->
          dimension
              .sequenceBy()
              .map(c -> "e." + Sql.name(c) + "::TIMESTAMPTZ")
              .orElse("e.valid_from");
      case TYPE_2 -> "e.valid_from";
    };
  }
}
