package io.millrace.local.shop;

import io.trino.tpch.Customer;
import io.trino.tpch.GenerateUtils;
import io.trino.tpch.Order;
import io.trino.tpch.Part;
import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.time.LocalTime;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A table as the TPC-H generator fills it.
 *
 * @param generated the generator's table, whose name is the shop's
 * @param rowsAtScaleOne the number of its rows at scale 1; for lineitem about
 * @param isScaled whether the number of rows grows with the scale
 */
record ShopTable(TpchTable<?> generated, long rowsAtScaleOne, boolean isScaled) {
  /** All, in an order that foreign keys allow. */
  static final List<ShopTable> ALL =
      List.of(
          new ShopTable(TpchTable.REGION, 5, false),
          new ShopTable(TpchTable.NATION, 25, false),
          new ShopTable(TpchTable.SUPPLIER, 10_000, true),
          new ShopTable(TpchTable.CUSTOMER, 150_000, true),
          new ShopTable(TpchTable.PART, 200_000, true),
          new ShopTable(TpchTable.PART_SUPPLIER, 800_000, true),
          new ShopTable(TpchTable.ORDERS, 1_500_000, true),
          new ShopTable(TpchTable.LINE_ITEM, 6_001_215, true));

  /** Loaded customers and parts have been as they are since before the first order. */
  private static final String BEFORE_ALL_ORDERS = "1992-01-01T00:00:00Z";

  private static final int SECONDS_OF_A_DAY = 86_400;

  String name() {
    return generated.getTableName();
  }

  /** The number of rows to expect. */
  long rows(double scale) {
    return isScaled ? Math.round(rowsAtScaleOne * scale) : rowsAtScaleOne;
  }

  /** A row for COPY with delimiter {@code |}: TPC-H's columns, then the shop's own. */
  String copyLine(TpchEntity row, long seed) {
    String line = row.toLine();
    String columns = line.substring(0, line.length() - 1);
    return switch (row) {
      case Order order -> {
        String time = GenerateUtils.formatDate(order.orderDate()) + "T" + timeOf(order, seed) + "Z";
        yield columns + "|" + time + "|" + time + "\n";
      }
      case Customer _, Part _ -> columns + "|" + BEFORE_ALL_ORDERS + "\n";
      default -> columns + "\n";
    };
  }

  private static LocalTime timeOf(Order order, long seed) {
    return LocalTime.ofSecondOfDay(
        new SplittableRandom(seed + order.orderKey()).nextInt(SECONDS_OF_A_DAY));
  }
}
