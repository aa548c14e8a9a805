package io.millrace.local.shop;

import io.millrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The replication slots that readers of the shop have made. */
public final class ShopSlots {
  private ShopSlots() {}

  /**
   * Drops those that nobody reads from.
   *
   * @throws io.millrace.contracts.error.MillraceException LOC-008 when the database refuses
   */
  public static void drop(PostgresAddress address) {
    try (Connection connection = ShopDatabase.connect(address);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
              + " WHERE database = current_database() AND NOT active");
      connection.commit();
    } catch (SQLException e) {
      throw ShopDatabase.refused(address, e);
    }
  }
}
