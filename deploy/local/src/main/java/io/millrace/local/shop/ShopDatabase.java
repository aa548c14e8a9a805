package io.millrace.local.shop;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.PostgresAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;

/** Connections to the shop's database, its scripts and its errors. */
final class ShopDatabase {
  private ShopDatabase() {}

  /** A connection in UTC and with explicit commits; the caller closes it. */
  static Connection connect(PostgresAddress address) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", address.user());
    properties.setProperty("password", address.password());
    properties.setProperty("options", "-c TimeZone=UTC");
    properties.setProperty("ApplicationName", "millrace-shop");
    Connection connection = DriverManager.getConnection(address.jdbcUrl(), properties);
    connection.setAutoCommit(false);
    return connection;
  }

  /** The text of a script beside this class. */
  static String script(String name) {
    try (InputStream script = ShopDatabase.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(script, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The error of a shop whose database refused something. */
  static MillraceException refused(PostgresAddress address, SQLException cause) {
    return new MillraceException(
        LocalError.LOC_008_SHOP_REFUSED,
        String.format(
            Locale.ROOT,
            "The demo shop at %s was refused by its database (SQLSTATE %s): see the cause.",
            address,
            cause.getSQLState()),
        cause);
  }
}
