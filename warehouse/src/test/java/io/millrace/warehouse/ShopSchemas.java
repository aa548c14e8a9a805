package io.millrace.warehouse;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.raw.RawSchemas;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The raw columns of the example's order database. */
final class ShopSchemas implements RawSchemas {
  private static final Map<String, RowSchema> TABLES =
      Map.of(
          "region",
          table("r_regionkey", "r_regionkey INTEGER, r_name VARCHAR, r_comment VARCHAR"),
          "nation",
          table(
              "n_nationkey",
              "n_nationkey INTEGER, n_name VARCHAR, n_regionkey INTEGER, n_comment VARCHAR"),
          "customer",
          table(
              "c_custkey",
              "c_custkey BIGINT, c_name VARCHAR, c_address VARCHAR, c_nationkey INTEGER,"
                  + " c_phone VARCHAR, c_acctbal DECIMAL(15;2), c_mktsegment VARCHAR,"
                  + " c_comment VARCHAR, updated_at TIMESTAMPTZ"),
          "supplier",
          table(
              "s_suppkey",
              "s_suppkey BIGINT, s_name VARCHAR, s_address VARCHAR, s_nationkey INTEGER,"
                  + " s_phone VARCHAR, s_acctbal DECIMAL(15;2), s_comment VARCHAR"),
          "part",
          table(
              "p_partkey",
              "p_partkey BIGINT, p_name VARCHAR, p_mfgr VARCHAR, p_brand VARCHAR,"
                  + " p_type VARCHAR, p_size INTEGER, p_container VARCHAR,"
                  + " p_retailprice DECIMAL(15;2), p_comment VARCHAR, updated_at TIMESTAMPTZ"),
          "partsupp",
          table(
              "ps_partkey ps_suppkey",
              "ps_partkey BIGINT, ps_suppkey BIGINT, ps_availqty INTEGER,"
                  + " ps_supplycost DECIMAL(15;2), ps_comment VARCHAR"),
          "orders",
          table(
              "o_orderkey",
              "o_orderkey BIGINT, o_custkey BIGINT, o_orderstatus VARCHAR,"
                  + " o_totalprice DECIMAL(15;2), o_orderdate DATE, o_orderpriority VARCHAR,"
                  + " o_clerk VARCHAR, o_shippriority INTEGER, o_comment VARCHAR,"
                  + " o_ordered_at TIMESTAMPTZ, updated_at TIMESTAMPTZ"),
          "lineitem",
          table(
              "l_orderkey l_linenumber",
              "l_orderkey BIGINT, l_linenumber INTEGER, l_partkey BIGINT, l_suppkey BIGINT,"
                  + " l_quantity DECIMAL(15;2), l_extendedprice DECIMAL(15;2),"
                  + " l_discount DECIMAL(15;2), l_tax DECIMAL(15;2), l_returnflag VARCHAR,"
                  + " l_linestatus VARCHAR, l_shipdate DATE, l_commitdate DATE,"
                  + " l_receiptdate DATE, l_shipinstruct VARCHAR, l_shipmode VARCHAR,"
                  + " l_comment VARCHAR"));

  @Override
  public Optional<RowSchema> of(String source, String resource) {
    return source.equals("shop") ? Optional.ofNullable(TABLES.get(resource)) : Optional.empty();
  }

  /** Columns {@code name TYPE, ...}, with ; for the comma inside a type; key names by blanks. */
  static RowSchema table(String key, String columns) {
    List<String> keys = key.isEmpty() ? List.of() : List.of(key.split(" ", -1));
    return new RowSchema(
        Arrays.stream(columns.split(", ", -1))
            .map(c -> c.split(" ", 2))
            .map(
                c -> new Column(c[0], DataType.ofSql(c[1].replace(';', ',')), !keys.contains(c[0])))
            .toList(),
        keys);
  }
}
