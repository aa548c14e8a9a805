package io.millrace.local.shop;

import io.millrace.local.PostgresAddress;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.random.RandomGenerator;

/** One connection that performs transactions of the shop. For one thread, which closes it. */
final class ShopSession implements AutoCloseable {
  private static final int LINES_MAX = 7;
  private static final int SUPPLIERS_OF_A_PART = 4;
  private static final int QUANTITY_MAX = 50;
  private static final int DISCOUNT_PERCENT_MAX = 10;
  private static final int TAX_PERCENT_MAX = 8;
  private static final int CLERKS = 1000;
  private static final int HOUSES = 10_000;
  private static final int NATIONS = 25;
  private static final List<String> SEGMENTS =
      List.of("AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY");
  private static final List<String> PRIORITIES =
      List.of("1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW");

  private static final String PLACE_ORDER = ShopDatabase.script("place-order.sql");
  private static final String CANCEL_ORDER = ShopDatabase.script("cancel-order.sql");
  private static final String ADVANCE_ORDER = ShopDatabase.script("advance-order.sql");
  private static final String CHANGE_PRICE = ShopDatabase.script("change-price.sql");
  private static final String CHANGE_SEGMENT = move("c_mktsegment");
  private static final String CHANGE_NATION = move("c_nationkey");
  private static final String CHANGE_ADDRESS = move("c_address");

  private final Connection connection;
  private final long customers;
  private final long parts;

  ShopSession(PostgresAddress address) throws SQLException {
    this.connection = ShopDatabase.connect(address);
    this.customers = number("SELECT max(c_custkey) FROM public.customer");
    this.parts = number("SELECT max(p_partkey) FROM public.part");
  }

  /**
   * Performs one transaction, without its end.
   *
   * @return whether it changed anything; there may be no open order left
   */
  boolean perform(ShopTransaction transaction, RandomGenerator random) throws SQLException {
    return switch (transaction) {
      case PLACE_ORDER -> {
        placeOrder(customer(random), random);
        yield true;
      }
      case ADVANCE_ORDER -> changeFrom(ADVANCE_ORDER, random);
      case MOVE_CUSTOMER -> moveCustomer(customer(random), random);
      case CHANGE_PRICE -> changePrice(random);
      case CANCEL_ORDER -> changeFrom(CANCEL_ORDER, random);
      case MOVE_AND_PLACE_TWO_ORDERS -> {
        long customer = customer(random);
        boolean moved = moveCustomer(customer, random);
        placeOrder(customer, random);
        placeOrder(customer, random);
        yield moved;
      }
    };
  }

  void commit() throws SQLException {
    connection.commit();
  }

  void rollback() throws SQLException {
    connection.rollback();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private void placeOrder(long customer, RandomGenerator random) throws SQLException {
    int lines = random.nextInt(1, LINES_MAX + 1);
    Long[] part = new Long[lines];
    Integer[] supplier = new Integer[lines];
    Integer[] quantity = new Integer[lines];
    BigDecimal[] discount = new BigDecimal[lines];
    BigDecimal[] tax = new BigDecimal[lines];
    for (int i = 0; i < lines; i++) {
      part[i] = random.nextLong(1, parts + 1);
      supplier[i] = random.nextInt(SUPPLIERS_OF_A_PART);
      quantity[i] = random.nextInt(1, QUANTITY_MAX + 1);
      discount[i] = BigDecimal.valueOf(random.nextInt(DISCOUNT_PERCENT_MAX + 1), 2);
      tax[i] = BigDecimal.valueOf(random.nextInt(TAX_PERCENT_MAX + 1), 2);
    }
    try (PreparedStatement place = connection.prepareStatement(PLACE_ORDER)) {
      place.setArray(1, connection.createArrayOf("bigint", part));
      place.setArray(2, connection.createArrayOf("int", supplier));
      place.setArray(3, connection.createArrayOf("int", quantity));
      place.setArray(4, connection.createArrayOf("numeric", discount));
      place.setArray(5, connection.createArrayOf("numeric", tax));
      place.setLong(6, customer);
      place.setString(7, PRIORITIES.get(random.nextInt(PRIORITIES.size())));
      place.setString(8, "Clerk#" + random.nextInt(1, CLERKS + 1));
      place.execute();
    }
  }

  private boolean moveCustomer(long customer, RandomGenerator random) throws SQLException {
    return switch (random.nextInt(3)) {
      case 0 -> change(CHANGE_SEGMENT, SEGMENTS.get(random.nextInt(SEGMENTS.size())), customer);
      case 1 -> change(CHANGE_NATION, random.nextLong(NATIONS), customer);
      default -> change(CHANGE_ADDRESS, random.nextInt(1, HOUSES) + " Mill Lane", customer);
    };
  }

  private boolean changePrice(RandomGenerator random) throws SQLException {
    BigDecimal factor = BigDecimal.valueOf(random.nextInt(90, 112), 2);
    return change(CHANGE_PRICE, factor, random.nextLong(1, parts + 1));
  }

  private boolean changeFrom(String script, RandomGenerator random) throws SQLException {
    long greatest = number("SELECT last_value FROM public.order_keys");
    return change(script, random.nextLong(1, greatest + 1));
  }

  private boolean change(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      return statement.executeUpdate() > 0;
    }
  }

  private long customer(RandomGenerator random) {
    return random.nextLong(1, customers + 1);
  }

  private long number(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static String move(String column) {
    return "UPDATE public.customer SET \""
        + column
        + "\" = ?, updated_at = clock_timestamp() WHERE c_custkey = ?";
  }
}
