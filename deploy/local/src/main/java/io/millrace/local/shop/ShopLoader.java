package io.millrace.local.shop;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.PostgresAddress;
import io.millrace.local.Progress;
import io.trino.tpch.TpchEntity;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Fills the demo shop in one transaction: TPC-H rows by COPY, then keys, then the history ({@code
 * shop_history}) with the loaded rows as its first changes. The same scale gives the same rows.
 */
public final class ShopLoader {
  /** The scale for a laptop: 1,500 customers, 15,000 orders, about 60,000 lines. */
  public static final double SMALL = 0.01;

  /** At most scales below, TPC-H gives some parts the same supplier twice. */
  private static final double LEAST_OTHER_SCALE = 0.03;

  private static final double GREATEST_SCALE = 100;
  private static final long SEED = 20_261_101;
  private static final int COPY_CHARACTERS = 64 * 1024;
  private static final int REPORTS_A_TABLE = 10;
  private static final long REPORT_FROM_ROWS = 1_000_000;

  private final PostgresAddress address;
  private final double scale;
  private final Progress progress;

  private ShopLoader(PostgresAddress address, double scale, Progress progress) {
    this.address = address;
    this.scale = scale;
    this.progress = progress;
  }

  /**
   * Loads the shop, or keeps it when it was loaded before.
   *
   * @param scale the scale factor of TPC-H: {@link #SMALL}, or 0.03 to 100
   * @throws MillraceException LOC-008 when the database refuses, LOC-009 when the scale is out of
   *     bounds or is not that of the shop in this database
   * @throws InterruptedException when told to stop; nothing is loaded then
   */
  public static void load(PostgresAddress address, double scale, Progress progress)
      throws InterruptedException {
    requireScale(scale);
    try {
      new ShopLoader(address, scale, progress).load();
    } catch (SQLException e) {
      throw ShopDatabase.refused(address, e);
    }
  }

  /**
   * Refuses a scale that no shop can have, which needs no database.
   *
   * @throws MillraceException LOC-009
   */
  public static void requireScale(double scale) {
    if (scale != SMALL && !(scale >= LEAST_OTHER_SCALE && scale <= GREATEST_SCALE)) {
      throw new MillraceException(
          LocalError.LOC_009_SCALE_REFUSED,
          String.format(
              Locale.ROOT,
              "The scale %s is refused: it must be %s, or lie between %s and %s.",
              scale,
              SMALL,
              LEAST_OTHER_SCALE,
              GREATEST_SCALE));
    }
  }

  private void load() throws SQLException, InterruptedException {
    try (Connection connection = ShopDatabase.connect(address);
        Statement statement = connection.createStatement()) {
      if (isLoaded(statement)) {
        progress.line("Shop: kept as it is in the database");
        return;
      }
      statement.execute(ShopDatabase.script("tables.sql"));
      for (ShopTable table : ShopTable.ALL) {
        copy(connection, table);
      }
      progress.line("Shop: keys and history");
      statement.execute(ShopDatabase.script("keys.sql"));
      statement.execute(ShopDatabase.script("history.sql"));
      noteScale(connection);
      connection.commit();
      connection.setAutoCommit(true);
      statement.execute("VACUUM ANALYZE");
    }
  }

  private boolean isLoaded(Statement statement) throws SQLException {
    try (ResultSet found =
        statement.executeQuery("SELECT to_regclass('shop_history.loaded') IS NOT NULL")) {
      found.next();
      if (!found.getBoolean(1)) {
        return false;
      }
    }
    try (ResultSet loaded = statement.executeQuery("SELECT scale FROM shop_history.loaded")) {
      loaded.next();
      BigDecimal loadedScale = loaded.getBigDecimal(1);
      if (loadedScale.compareTo(BigDecimal.valueOf(scale)) != 0) {
        throw new MillraceException(
            LocalError.LOC_009_SCALE_REFUSED,
            String.format(
                Locale.ROOT,
                "The shop at %s was loaded at scale %s, not %s. Ask for the same, or start on"
                    + " another data folder.",
                address,
                loadedScale.toPlainString(),
                scale));
      }
      return true;
    }
  }

  private void copy(Connection connection, ShopTable table)
      throws SQLException, InterruptedException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY public.\"" + table.name() + "\" FROM STDIN (DELIMITER '|')");
    try {
      long expected = table.rows(scale);
      long step = Math.max(1, expected / REPORTS_A_TABLE);
      long rows = 0;
      StringBuilder chunk = new StringBuilder();
      for (TpchEntity row : table.generated().createGenerator(scale, 1, 1)) {
        chunk.append(table.copyLine(row, SEED));
        rows++;
        if (chunk.length() >= COPY_CHARACTERS) {
          write(copy, chunk);
          if (Thread.interrupted()) {
            throw new InterruptedException("told to stop while the shop was loaded");
          }
        }
        if (rows % step == 0 && rows < expected && expected >= REPORT_FROM_ROWS) {
          report(table, rows, 100 * rows / expected);
        }
      }
      write(copy, chunk);
      copy.endCopy();
      report(table, rows, 100);
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static void write(CopyIn copy, StringBuilder chunk) throws SQLException {
    byte[] bytes = chunk.toString().getBytes(StandardCharsets.UTF_8);
    copy.writeToCopy(bytes, 0, bytes.length);
    chunk.setLength(0);
  }

  private void report(ShopTable table, long rows, long percent) {
    progress.line(
        String.format(Locale.ROOT, "Shop: %s %,d rows (%d %%)", table.name(), rows, percent));
  }

  private void noteScale(Connection connection) throws SQLException {
    try (PreparedStatement note =
        connection.prepareStatement("INSERT INTO shop_history.loaded VALUES (?, ?)")) {
      note.setBigDecimal(1, BigDecimal.valueOf(scale));
      note.setLong(2, SEED);
      note.executeUpdate();
    }
  }
}
