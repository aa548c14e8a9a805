package io.millrace.local.judge;

import io.millrace.lake.Sql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code dim.customer} must say, from the history that triggers have kept in the shop: the
 * state of a customer at a cut is the last one that the cut's transactions left, and a version
 * lasts until the next state that differs in segment, nation or address. The workload deletes no
 * customers, so there are no ends without a next version.
 */
final class CustomerHistory {
  /** c_custkey, the other columns of the shop's table, valid_from, valid_to. */
  static final String VERSIONS = "oracle_versions";

  private static final String CUTS = "oracle_cuts";

  private CustomerHistory() {}

  /** Fills {@link #VERSIONS}. */
  static void fold(Connection duck, ShopRows shop, TransactionCuts cuts, Path scratch) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS FROM read_csv(%s, header = true, columns = {'txid': 'BIGINT', 'cut': 'BIGINT'})"
            .formatted(CUTS, Sql.text(written(cuts, scratch).toString())));
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %s AS
        WITH placed AS (
          SELECT h.*, coalesce(t.cut, %d) AS cut FROM %s h LEFT JOIN %s t USING (txid)),
        states AS (
          SELECT * FROM placed
          QUALIFY row_number() OVER (PARTITION BY c_custkey, cut ORDER BY change_id DESC) = 1),
        chain AS (
          SELECT * FROM states
          QUALIFY row_number() OVER (PARTITION BY c_custkey, updated_at ORDER BY cut DESC) = 1),
        compared AS (
          SELECT *, row(c_mktsegment, c_nationkey, c_address)
              IS DISTINCT FROM lag(row(c_mktsegment, c_nationkey, c_address)) OVER key AS begins
          FROM chain WINDOW key AS (PARTITION BY c_custkey ORDER BY updated_at)),
        numbered AS (
          SELECT *, sum(begins::INTEGER) OVER (PARTITION BY c_custkey ORDER BY updated_at) AS version
          FROM compared),
        versions AS (
          SELECT *, min(updated_at) OVER (PARTITION BY c_custkey, version) AS valid_from
          FROM numbered
          QUALIFY row_number() OVER (PARTITION BY c_custkey, version ORDER BY updated_at DESC) = 1)
        SELECT *, lead(valid_from, 1, TIMESTAMPTZ '9999-12-31 00:00:00+00')
            OVER (PARTITION BY c_custkey ORDER BY valid_from) AS valid_to
        FROM versions
        """
            .formatted(VERSIONS, cuts.opening(), history(shop), CUTS));
  }

  private static String history(ShopRows shop) {
    Map<String, String> types = new LinkedHashMap<>();
    types.put("txid", "BIGINT");
    types.put("change_id", "BIGINT");
    types.put("c_custkey", "BIGINT");
    types.put("c_name", "VARCHAR");
    types.put("c_address", "VARCHAR");
    types.put("c_nationkey", "BIGINT");
    types.put("c_phone", "VARCHAR");
    types.put("c_acctbal", "DECIMAL(15,2)");
    types.put("c_mktsegment", "VARCHAR");
    types.put("updated_at", "TIMESTAMPTZ");
    return shop.copy("shop_history", "customer_history", types);
  }

  private static Path written(TransactionCuts cuts, Path scratch) {
    String lines =
        cuts.cuts().entrySet().stream()
            .map(e -> e.getKey() + "," + e.getValue() + "\n")
            .collect(Collectors.joining());
    try {
      return Files.writeString(scratch.resolve("cuts.csv"), "txid,cut\n" + lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
