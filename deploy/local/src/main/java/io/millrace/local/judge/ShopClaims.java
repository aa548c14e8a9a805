package io.millrace.local.judge;

import io.millrace.contracts.TableName;
import io.millrace.lake.Sql;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the shop says of the example warehouse's tables, once the workload has ended and the tables
 * have caught up. {@link CustomerHistory} must have been folded.
 *
 * @param view relation of a table's rows in the lake
 */
record ShopClaims(Warehouse warehouse, ShopRows shop, Function<TableName, String> view) {
  private static final String DATABASE = "the shop's database";
  private static final String HISTORY = "the shop's history";

  /** What it says of a table; empty if nothing. */
  Optional<Claim> of(Table table) {
    if (table instanceof StagingTable staging) {
      return staging.source().equals("shop") ? Optional.of(staged(staging)) : Optional.empty();
    }
    return switch (table.name().toString()) {
      case "dim.customer" -> Optional.of(customers());
      case "dim.part" -> Optional.of(parts());
      case "marts.order_lines" -> Optional.of(orderLines());
      default -> Optional.empty();
    };
  }

  private Claim staged(StagingTable table) {
    String raw =
        "(SELECT *, 'r' AS _op, now() AS _committed_at, 0::BIGINT AS _cut, 0::BIGINT AS _position"
            + " FROM "
            + shop.of(table)
            + ")";
    return new Claim(
        DATABASE, table.select(raw), "FROM " + view.apply(table.name()), table.schema().key());
  }

  private Claim customers() {
    return new Claim(
        HISTORY,
        """
        SELECT c_custkey AS customer_key, c_mktsegment AS segment, c_nationkey AS nation_key,
               c_address AS address, c_name AS name, c_phone AS phone,
               c_acctbal AS account_balance, updated_at, valid_from, valid_to,
               valid_to = TIMESTAMPTZ '9999-12-31 00:00:00+00' AS is_current
        FROM %s
        """
            .formatted(CustomerHistory.VERSIONS),
        """
        SELECT customer_key, segment, nation_key, address, name, phone, account_balance,
               updated_at, valid_from, valid_to, is_current
        FROM %s WHERE customer_sk > 0
        """
            .formatted(lake("dim.customer")),
        List.of("customer_key", "valid_from", "valid_to"));
  }

  private Claim parts() {
    return new Claim(
        DATABASE,
        """
        SELECT p_partkey AS part_key, p_name AS name, p_mfgr AS manufacturer, p_brand AS brand,
               p_type AS type, p_size AS size, p_container AS container,
               p_retailprice AS retail_price
        FROM %s
        """
            .formatted(source("part")),
        """
        SELECT part_key, name, manufacturer, brand, type, size, container, retail_price
        FROM %s WHERE part_sk > 0 AND is_current
        """
            .formatted(lake("dim.part")),
        List.of("part_key"));
  }

  /** The surrogate key is that of the oracle's version that was valid when the order was placed. */
  private Claim orderLines() {
    return new Claim(
        HISTORY,
        """
        SELECT l.l_orderkey AS order_key, l.l_linenumber AS line_number,
               o.o_ordered_at AS ordered_at, o.o_orderstatus AS status,
               CASE WHEN v.c_custkey IS NULL THEN -3 ELSE c.customer_sk END AS customer_sk,
               p.part_sk, l.l_quantity AS quantity,
               (l.l_extendedprice * (1 - l.l_discount))::DECIMAL(18, 4) AS revenue
        FROM %s l JOIN %s o ON o.o_orderkey = l.l_orderkey
        LEFT JOIN %s v ON v.c_custkey = o.o_custkey
          AND v.valid_from <= o.o_ordered_at AND o.o_ordered_at < v.valid_to
        LEFT JOIN %s c ON c.customer_key = v.c_custkey AND c.valid_from = v.valid_from
        LEFT JOIN %s p ON p.part_key = l.l_partkey AND p.is_current
        """
            .formatted(
                source("lineitem"),
                source("orders"),
                CustomerHistory.VERSIONS,
                lake("dim.customer"),
                lake("dim.part")),
        """
        SELECT order_key, line_number, ordered_at, status, customer_sk, part_sk, quantity, revenue
        FROM %s
        """
            .formatted(lake("marts.order_lines")),
        List.of("order_key", "line_number"));
  }

  private String lake(String table) {
    return view.apply(TableName.parse(table));
  }

  private String source(String resource) {
    return shop.of(
        warehouse.stagingTables().stream()
            .filter(t -> t.source().equals("shop") && t.resource().equals(resource))
            .findFirst()
            .orElseThrow(() ->
                new IllegalStateException("No table is staged from shop." + Sql.name(resource))));
  }
}
