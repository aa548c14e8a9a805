package io.millrace.cli.verify;

import io.millrace.lake.Sql;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Keys that must be there and be unique. */
record KeyChecks(Connection duck) {

  /** What is wrong with a key, in words; empty if nothing is. */
  String uniqueAndFilled(String relation, List<String> key) {
    if (key.isEmpty()) {
      return "";
    }
    List<String> problems = new ArrayList<>();
    String columns = Sql.names(key);
    long twice =
        Sql.number(
            duck,
            "SELECT count(*) FROM (SELECT 1 FROM %s GROUP BY %s HAVING count(*) > 1)"
                .formatted(relation, columns));
    if (twice > 0) {
      problems.add(twice + " keys stand in more than one row");
    }
    String empty =
        key.stream().map(k -> Sql.name(k) + " IS NULL").collect(Collectors.joining(" OR "));
    long nulls = Sql.number(duck, "SELECT count(*) FROM " + relation + " WHERE " + empty);
    if (nulls > 0) {
      problems.add(nulls + " keys are NULL");
    }
    return String.join(", ", problems);
  }
}
