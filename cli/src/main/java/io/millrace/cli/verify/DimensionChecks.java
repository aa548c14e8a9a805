package io.millrace.cli.verify;

import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
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

  /** How current members differ from the input's rows; empty if they do not. */
  String currentMembers(String stored, String wanted) {
    List<String> columns =
        switch (dimension.scdType()) {
          case TYPE_1 -> dimension.attributes().names();
          case TYPE_2 ->
              Stream.concat(dimension.keys().stream(), dimension.tracked().stream()).toList();
        };
    String current =
        "(SELECT * FROM %s WHERE is_current AND %s > 0)"
            .formatted(stored, Sql.name(dimension.surrogateKey()));
    RowComparison.Difference difference =
        new RowComparison(duck, dimension.attributes(), columns).compare(wanted, current);
    return difference.none() ? "" : "current members: " + difference;
  }

  private void add(List<String> problems, String words, String count) {
    long found = Sql.number(duck, count);
    if (found > 0) {
      problems.add(found + " " + words);
    }
  }
}
