package io.millrace.dimension;

import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The events of a key put into their order: by time, by the further columns of SEQUENCE BY, by the
 * log, and an end before a state. At most one of each time is left: the last state, of type 0 the
 * first; an end that comes after a state of its own time ends it a microsecond later, so that no
 * member vanishes.
 */
record Chain(Dimension dimension) {
  private static final String TIE = "_tie";

  /** Columns of an event, each behind a comma, for the further columns of SEQUENCE BY. */
  static String ties(Dimension dimension, String condition) {
    return IntStream.range(1, dimension.sequenceBy().size())
        .mapToObj(i ->
            ", CASE WHEN %s THEN %s END AS %s%d"
                .formatted(condition, Sql.name(dimension.sequenceBy().get(i)), TIE, i))
        .collect(Collectors.joining());
  }

  /** Tables of a WITH clause, from {@code events} to {@code placed}. */
  String sql() {
    String keys = Sql.names(dimension.keys());
    return """
    ordered AS (
      SELECT *, row_number() OVER (PARTITION BY %1$s ORDER BY _start, %2$s_news, _live%3$s) AS _order
      FROM events),
    %4$sranked AS (
      SELECT * REPLACE (
          min(coalesce(_since, _start)) FILTER (_live) OVER (PARTITION BY %1$s) AS _since%5$s),
        row_number() OVER (PARTITION BY %1$s, _start ORDER BY _order DESC) = 1 AS _wins,
        row_number() OVER (PARTITION BY %1$s, _start, _live ORDER BY _order %6$s) = 1 AS _best,
        bool_or(_live) OVER (PARTITION BY %1$s, _start) AS _any
      FROM %7$s),
    chosen AS (
      SELECT * REPLACE (
        CASE WHEN NOT _live AND _any THEN _start + INTERVAL 1 MICROSECOND ELSE _start END
          AS _start)
      FROM ranked WHERE CASE WHEN _live THEN _best ELSE _wins END),
    spaced AS (
      SELECT * FROM chosen
      QUALIFY row_number() OVER (PARTITION BY %1$s, _start ORDER BY _live DESC) = 1),
    %8$s\
    """
        .formatted(
            keys,
            ties(),
            content(),
            filled(keys),
            keptPrevious(keys),
            dimension.scdType() == ScdType.TYPE_0 ? "" : "DESC",
            dimension.ignoreNulls().isEmpty() ? "ordered" : "filled",
            Floors.placed(dimension, removed(keys)));
  }

  private String ties() {
    return IntStream.range(1, dimension.sequenceBy().size())
        .mapToObj(i -> TIE + i + " NULLS FIRST, ")
        .collect(Collectors.joining());
  }

  /** Rows of a history have no order of their own: what they hold decides, always the same. */
  private String content() {
    return switch (dimension.feed()) {
      case ROWS, REPLACED -> "";
      case HISTORY, SNAPSHOTS ->
          dimension.attributes().names().stream()
              .map(c -> ", " + Sql.name(c) + " NULLS FIRST")
              .collect(Collectors.joining());
    };
  }

  /** NULL says nothing in some columns. */
  private String filled(String keys) {
    if (dimension.ignoreNulls().isEmpty()) {
      return "";
    }
    return """
    lives AS (
      SELECT *, count(*) FILTER (NOT _live) OVER (
        PARTITION BY %1$s ORDER BY _order ROWS UNBOUNDED PRECEDING) AS _life FROM ordered),
    filled AS (SELECT * REPLACE (%2$s) FROM lives),
    """
        .formatted(
            keys,
            dimension.ignoreNulls().stream()
                .map(c ->
                    "last_value(CASE WHEN _live THEN %1$s END IGNORE NULLS) OVER (PARTITION BY %2$s, _life ORDER BY _order ROWS UNBOUNDED PRECEDING) AS %1$s"
                        .formatted(Sql.name(c), keys))
                .collect(Collectors.joining(", ")));
  }

  /** What replaces a state at its own time takes over what is remembered of before. */
  private String keptPrevious(String keys) {
    if (dimension.scdType() != ScdType.TYPE_3) {
      return "";
    }
    String there = " OVER (PARTITION BY " + keys + ", _start)";
    return ", coalesce(bool_or(_kept)%s, FALSE) AS _kept".formatted(there)
        + dimension.previous().values().stream()
            .map(p -> ", any_value(%1$s)%2$s AS %1$s".formatted(Sql.name(p), there))
            .collect(Collectors.joining());
  }

  /** Where a delete takes a member's rows away, nothing is left of what was up to the last end. */
  private String removed(String keys) {
    return dimension.deletes().action() != OnDelete.REMOVE
        ? "SELECT * FROM spaced"
        : """
        SELECT * REPLACE (
          min(CASE WHEN _since > _end THEN _since ELSE _start END) FILTER (_live)
            OVER (PARTITION BY %1$s) AS _since)
        FROM (
          SELECT *, coalesce(max(_start) FILTER (NOT _live) OVER (PARTITION BY %1$s),
            TIMESTAMPTZ '-infinity') AS _end FROM spaced)
        WHERE _start > _end\
        """
            .formatted(keys);
  }
}
