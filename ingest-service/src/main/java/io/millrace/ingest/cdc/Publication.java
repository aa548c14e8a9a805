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
                  + " is not in publication "
                  + source.publication()
                  + ": it was added, or created anew, after the last snapshot, so what it holds was"
                  + " never read. Take a new snapshot of the source.");
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
    return ask(
        connection,
        "SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate FROM pg_publication"
            + " WHERE pubname = ?");
  }

  private boolean ask(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, source.publication());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private Set<String> published(Connection connection) throws SQLException {
    Set<String> tables = new HashSet<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = ?")) {
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
