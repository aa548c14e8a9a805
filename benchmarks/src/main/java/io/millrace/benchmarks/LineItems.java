package io.millrace.benchmarks;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.util.List;
import java.util.Locale;

/** Rows shaped as TPC-H's lineitem, four lines an order, and changes to them. */
final class LineItems {
  static final RowSchema SCHEMA =
      new RowSchema(
          List.of(
              new Column("l_orderkey", Simple.BIGINT, false),
              new Column("l_partkey", Simple.BIGINT, true),
              new Column("l_suppkey", Simple.BIGINT, true),
              new Column("l_linenumber", Simple.INTEGER, false),
              new Column("l_quantity", new DataType.Decimal(15, 2), true),
              new Column("l_extendedprice", new DataType.Decimal(15, 2), true),
              new Column("l_discount", new DataType.Decimal(15, 2), true),
              new Column("l_tax", new DataType.Decimal(15, 2), true),
              new Column("l_returnflag", Simple.VARCHAR, true),
              new Column("l_linestatus", Simple.VARCHAR, true),
              new Column("l_shipdate", Simple.DATE, true),
              new Column("l_commitdate", Simple.DATE, true),
              new Column("l_receiptdate", Simple.DATE, true),
              new Column("l_shipinstruct", Simple.VARCHAR, true),
              new Column("l_shipmode", Simple.VARCHAR, true),
              new Column("l_comment", Simple.VARCHAR, true)),
          List.of("l_orderkey", "l_linenumber"));

  private LineItems() {}

  /** A SELECT of lines numbered [from, to). */
  static String rows(long from, long to, String comment) {
    return String.format(
        Locale.ROOT,
        """
        SELECT (i // 4)::BIGINT AS l_orderkey, (hash(i) %% 200000)::BIGINT AS l_partkey,
          (hash(i, 1) %% 10000)::BIGINT AS l_suppkey, (i %% 4)::INTEGER AS l_linenumber,
          (hash(i, 2) %% 50)::DECIMAL(15,2) AS l_quantity,
          ((hash(i, 3) %% 9000000) / 100)::DECIMAL(15,2) AS l_extendedprice,
          ((hash(i, 4) %% 11) / 100)::DECIMAL(15,2) AS l_discount,
          ((hash(i, 5) %% 9) / 100)::DECIMAL(15,2) AS l_tax,
          ['A', 'N', 'R'][1 + (hash(i, 6) %% 3)::BIGINT] AS l_returnflag,
          ['O', 'F'][1 + (hash(i, 7) %% 2)::BIGINT] AS l_linestatus,
          DATE '1992-01-02' + (hash(i // 4) %% 2500)::INTEGER AS l_shipdate,
          DATE '1992-01-31' + (hash(i // 4) %% 2500)::INTEGER AS l_commitdate,
          DATE '1992-01-12' + (hash(i // 4) %% 2500)::INTEGER AS l_receiptdate,
          ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'][1 + (hash(i, 8) %% 4)::BIGINT]
            AS l_shipinstruct,
          ['AIR', 'SHIP', 'RAIL', 'TRUCK', 'MAIL', 'FOB', 'REG AIR'][1 + (hash(i, 9) %% 7)::BIGINT]
            AS l_shipmode,
          %s || ' ' || md5(i::VARCHAR)[:20] AS l_comment
        FROM range(%d, %d) t(i)
        """,
        comment,
        from,
        to);
  }

  /** Changes of one kind, random over the table's rows: a tenth of them new for a merge's share. */
  static String changes(String kind, long rows, int percent) {
    String picked = "WHERE hash(i, 77) % 1000 < " + percent * (kind.equals("merge") ? 8 : 10);
    String changed = rows(0, rows, "'changed'") + picked;
    return kind.equals("merge")
        ? changed + " UNION ALL " + rows(rows, rows + rows * percent / 500, "'new'")
        : changed;
  }

  /** 1 % of the lines under a comment, four of five there before, by a random draw. */
  static String upsert(long rows, String comment, int draw) {
    String changed =
        rows(0, rows, "'" + comment + "'")
            + String.format(Locale.ROOT, "WHERE hash(i, 100 + %d) %% 1000 < 8", draw);
    long from = rows + draw * (rows / 500);
    return changed + " UNION ALL " + rows(from, from + rows / 500, "'" + comment + "'");
  }
}
