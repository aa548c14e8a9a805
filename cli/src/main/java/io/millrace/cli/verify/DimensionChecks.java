package io.millrace.cli.verify;

import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must hold of every dimension, whatever its rows. */
record DimensionChecks(Connection duck, Dimension dimension) {
  private static final int DEFAULT_MEMBERS = 4;

  /** What is wrong with the stored rows by themselves, in words; empty if nothing is. */
  String problems(String stored) {
    List<String> problems = new ArrayList<>();
    String sk = Sql.name(dimension.surrogateKey());
    String keys = Sql.names(dimension.keys());
    String surrogate =
        new KeyChecks(duck).uniqueAndFilled(stored, List.of(dimension.surrogateKey()));
    if (!surrogate.isEmpty()) {
      problems.add("of surrogate keys " + surrogate);
    }
    long defaults =
        Sql.number(
            duck, "SELECT count(*) FROM %s WHERE %s BETWEEN -4 AND -1".formatted(stored, sk));
    if (defaults != DEFAULT_MEMBERS) {
      problems.add(defaults + " default members instead of 4");
    }
    add(
        problems,
        "members have more than one current row",
        "SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s > 0 AND is_current GROUP BY %s HAVING count(*) > 1)"
            .formatted(stored, sk, keys));
    add(
        problems,
        "rows end before they begin",
        "SELECT count(*) FROM %s WHERE %s > 0 AND NOT valid_from < valid_to".formatted(stored, sk));
    add(
        problems,
        "versions overlap",
        """
        SELECT count(*) FROM (
          SELECT lead(valid_from) OVER (PARTITION BY %s ORDER BY valid_from) < valid_to AS _over
          FROM %s WHERE %s > 0) WHERE _over
        """
            .formatted(keys, stored, sk));
    return String.join(", ", problems);
  }

  /**
   * How current members differ from the input's rows; empty if they do not, or if the input's rows
   * are no members but changes of them.
   */
  String currentMembers(String stored, String wanted) {
    return switch (dimension.feed()) {
      case ROWS, REPLACED -> differences(stored, wanted);
      case HISTORY, SNAPSHOTS -> "";
    };
  }

  private String differences(String stored, String wanted) {
    Stream<String> shown =
        switch (dimension.scdType()) {
          case TYPE_0 -> Stream.of();
          case TYPE_1, TYPE_3 -> dimension.attributes().names().stream();
          case TYPE_2, TYPE_6, TYPE_7 -> dimension.tracked().stream();
        };
    List<String> columns =
        Stream.concat(
                dimension.keys().stream(),
                shown.filter(
                    c -> !dimension.keys().contains(c) && !dimension.ignoreNulls().contains(c)))
            .toList();
    String live =
        dimension.deletes().marked()
            ? "(SELECT DISTINCT * FROM %s WHERE NOT coalesce(%s, FALSE))"
                .formatted(wanted, Dimension.Deletes.IS_END)
            : "(SELECT DISTINCT * FROM " + wanted + ")";
    String current =
        "(SELECT * FROM %s WHERE is_current AND %s > 0%s)"
            .formatted(
                stored,
                Sql.name(dimension.surrogateKey()),
                dimension.infers() ? " AND NOT " + Dimension.IS_INFERRED : "");
    if (dimension.deletes().action() == Dimension.OnDelete.IGNORE) {
      current = among(current, live);
    }
    if (!dimension.sequenceBy().isEmpty()) {
      String late = late(stored, live);
      current = notAmong(current, late);
      live = notAmong(live, late);
    }
    RowComparison.Difference difference = RowComparison.exact(duck, columns).compare(live, current);
    return difference.none() ? "" : "current members: " + difference;
  }

  /** Input rows that are older than what the dimension has seen of their keys. */
  private String late(String stored, String wanted) {
    String start = Sql.name(dimension.sequenceBy().getFirst()) + "::TIMESTAMPTZ";
    return """
    (SELECT w.* FROM %1$s w SEMI JOIN %2$s s ON %3$s AND s.%4$s > 0
      AND (s.valid_from > w.%5$s OR s.%5$s > w.%5$s OR (NOT s.is_current AND s.valid_to > w.%5$s)))\
    """
        .formatted(wanted, stored, sameKey("w", "s"), Sql.name(dimension.surrogateKey()), start);
  }

  private String among(String rows, String keys) {
    return "(SELECT r.* FROM %s r SEMI JOIN %s k ON %s)".formatted(rows, keys, sameKey("r", "k"));
  }

  private String notAmong(String rows, String keys) {
    return "(SELECT r.* FROM %s r ANTI JOIN %s k ON %s)".formatted(rows, keys, sameKey("r", "k"));
  }

  private String sameKey(String left, String right) {
    return dimension.keys().stream()
        .map(k -> "%s.%3$s IS NOT DISTINCT FROM %s.%3$s".formatted(left, right, Sql.name(k)))
        .collect(Collectors.joining(" AND "));
  }

  private void add(List<String> problems, String words, String count) {
    long found = Sql.number(duck, count);
    if (found > 0) {
      problems.add(found + " " + words);
    }
  }
}
