package io.millrace.ingest.cdc;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.source.CdcSource;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The source's publication: exactly its captured tables, every operation. */
final class Publication {
  private static final String OPTIONS =
      "publish = 'insert, update, delete, truncate', publish_via_partition_root = true";

  /** Of a partitioned table, a publication that is not via its root names the partitions. */
  private static final String EVERYTHING =
      """
      SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate AND (pubviaroot OR NOT EXISTS (
        SELECT FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid
        WHERE r.prpubid = p.oid AND c.relkind = 'p'))
      FROM pg_publication p WHERE pubname = ?
      """;

  private static final String TABLES =
      "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = ?";

  /** Those of which some rows or columns are left out, since version 15 of the server. */
  private static final String NARROWED =
      """
      SELECT n.nspname, c.relname FROM pg_publication p
      JOIN pg_publication_rel r ON r.prpubid = p.oid
      JOIN pg_class c ON c.oid = r.prrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE p.pubname = ? AND (r.prqual IS NOT NULL OR r.prattrs IS NOT NULL)
      """;

  private static final int NARROWING_SINCE = 15;

  private final Database database;
  private final CdcSource source;
  private final String name;

  Publication(Database database) {
    this.database = database;
    this.source = database.source();
    this.name = Sql.name(source.publication());
  }

  /** Makes it publish the captured tables, whatever it published before. */
  void ensure(Connection connection) {
    Set<String> wanted = wanted();
    try {
      if (!exists(connection)) {
        run(connection, "CREATE PUBLICATION " + name + " FOR TABLE " + list() + options());
      } else {
        if (!publishesEverything(connection)) {
          run(connection, "ALTER PUBLICATION " + name + " SET (" + OPTIONS + ")");
        }
        if (!published(connection).equals(wanted)) {
          run(connection, "ALTER PUBLICATION " + name + " SET TABLE " + list());
        }
      }
    } catch (SQLException e) {
      throw database.failed("looking at publication " + source.publication(), e);
    }
  }

  /** Refuses a table that was not published all the time since the last snapshot. */
  void requireAllPublished(Connection connection) {
    try {
      Set<String> published = published(connection);
      for (CdcTable table : source.tables()) {
        if (!published.contains(Sql.table(table))) {
          throw new MillraceException(
              IngestError.ING_022_TABLE_NOT_CAPTURED_YET,
              database.about()
                  + ": table "
                  + Sql.table(table)
                  + " is not, or not with all its rows, columns and operations, in publication "
                  + source.publication()
                  + ": it was added, created anew or narrowed after the last snapshot, so some of"
                  + " what it holds was never read. Take a new snapshot of the source.");
        }
      }
    } catch (SQLException e) {
      throw database.failed("looking at publication " + source.publication(), e);
    }
  }

  void drop(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP PUBLICATION IF EXISTS " + name);
    }
  }

  private boolean exists(Connection connection) throws SQLException {
    return ask(connection, "SELECT true FROM pg_publication WHERE pubname = ?");
  }

  private boolean publishesEverything(Connection connection) throws SQLException {
    return ask(connection, EVERYTHING);
  }

  private boolean ask(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, source.publication());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** The tables of which every change is published. */
  private Set<String> published(Connection connection) throws SQLException {
    if (!publishesEverything(connection)) {
      return Set.of();
    }
    Set<String> tables = tables(connection, TABLES);
    if (connection.getMetaData().getDatabaseMajorVersion() >= NARROWING_SINCE) {
      tables.removeAll(tables(connection, NARROWED));
    }
    return tables;
  }

  private Set<String> tables(Connection connection, String sql) throws SQLException {
    Set<String> tables = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, source.publication());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          tables.add(Sql.name(row.getString(1)) + "." + Sql.name(row.getString(2)));
        }
      }
    }
    return tables;
  }

  private void run(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      if (Database.isLost(Database.stateOf(e))) {
        throw database.failed("setting up publication " + source.publication(), e);
      }
      throw new MillraceException(
          IngestError.ING_009_PUBLICATION_REFUSED,
          database.about()
              + ": user "
              + source.user()
              + " may not set up publication "
              + source.publication()
              + " (SQLSTATE "
              + Database.stateOf(e)
              + "): that takes CREATE on the database and the tables' owner. As their owner, run: "
              + sql
              + ";",
          e);
    }
  }

  private static String options() {
    return " WITH (" + OPTIONS + ")";
  }

  private String list() {
    List<String> tables = source.tables().stream().map(Sql::table).toList();
    return String.join(", ", tables);
  }

  private Set<String> wanted() {
    return source.tables().stream().map(Sql::table).collect(Collectors.toSet());
  }
}
