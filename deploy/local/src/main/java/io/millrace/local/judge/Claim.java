package io.millrace.local.judge;

import io.millrace.lake.Sql;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a table must hold, as somebody outside the warehouse says.
 *
 * @param witness who says so
 * @param wanted a SELECT of the rows that must be there
 * @param found a SELECT of the rows that are there, with the same columns
 * @param key columns that name a row to a person
 */
record Claim(String witness, String wanted, String found, List<String> key) {
  private static final int KEYS_NAMED = 3;
  private static final String WANTED = "claim_wanted";
  private static final String FOUND = "claim_found";

  Claim {
    key = List.copyOf(key);
  }

  /** How the two differ as multisets, with the first keys that do; empty if they do not. */
  String difference(Connection duck) {
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE %s AS %s".formatted(WANTED, wanted));
    Sql.run(duck, "CREATE OR REPLACE TEMP TABLE %s AS %s".formatted(FOUND, found));
    String missing = without(duck, WANTED, FOUND, "missing");
    String unwanted = without(duck, FOUND, WANTED, "too many");
    if (missing.isEmpty() && unwanted.isEmpty()) {
      return "";
    }
    return "by "
        + witness
        + ", "
        + missing
        + (missing.isEmpty() || unwanted.isEmpty() ? "" : "; ")
        + unwanted;
  }

  private String without(Connection duck, String left, String right, String what) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE claim_rest AS (FROM %s EXCEPT ALL FROM %s)"
            .formatted(left, right));
    long rows = Sql.number(duck, "SELECT count(*) FROM claim_rest");
    return rows == 0 ? "" : "%,d rows %s (%s)".formatted(rows, what, firstKeys(duck));
  }

  private String firstKeys(Connection duck) {
    String words =
        key.stream()
            .map(k -> "'%s ' || coalesce(%s::VARCHAR, 'NULL')".formatted(k, Sql.name(k)))
            .collect(Collectors.joining(" || ', ' || "));
    return Texts.first(
        duck,
        "SELECT string_agg(k, '; ') FROM (SELECT %s AS k FROM claim_rest ORDER BY %s LIMIT %d)"
            .formatted(words, Sql.names(key), KEYS_NAMED));
  }
}
