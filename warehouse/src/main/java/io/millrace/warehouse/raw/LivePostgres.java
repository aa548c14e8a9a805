package io.millrace.warehouse.raw;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.source.CdcSource;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import io.millrace.warehouse.source.SecretValues;
import io.millrace.warehouse.source.Source;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Asks PostgreSQL's catalog for the columns and primary keys of captured tables, as ingest captures
 * them: columns of unsupported types and generated ones are left out. Each question opens a
 * connection and closes it.
 *
 * @param sources whose tables may be asked for; others than PostgreSQL are passed over
 * @param env where passwords are referred to
 */
public record LivePostgres(List<Source> sources, Map<String, String> env) implements RawSchemas {
  private static final String COLUMNS =
      """
      SELECT a.attname,
             coalesce(b.typname, t.typname) AS typname,
             coalesce(b.typtype, t.typtype) AS typtype,
             a.atttypmod AS typmod,
             NOT (a.attnotnull OR t.typnotnull) AS nullable,
             coalesce(array_position((i.indkey::int2[])[:i.indnkeyatts - 1], a.attnum), -1)
               AS key_position
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
      LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
      WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')
        AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated = ''
      ORDER BY a.attnum
      """;

  public LivePostgres {
    sources = List.copyOf(sources);
    env = Map.copyOf(env);
  }

  /**
   * {@inheritDoc}
   *
   * @throws MillraceException WH-003 when the database does not answer, WH-004 without a password
   */
  @Override
  public Optional<RowSchema> of(String source, String resource) {
    for (Source s : sources) {
      if (s instanceof CdcSource cdc
          && cdc.name().equals(source)
          && cdc.engine() == CdcSource.Engine.POSTGRES) {
        return cdc.tables().stream()
            .filter(t -> t.resource().equals(resource))
            .findFirst()
            .flatMap(t -> ask(cdc, t));
      }
    }
    return Optional.empty();
  }

  /**
   * Why ingest would not capture a table: it is not there, or nothing tells its rows apart.
   *
   * @return ING-005 or ING-006, if so
   * @throws MillraceException as {@link #of}
   */
  public Optional<MillraceException> refused(CdcSource source, CdcTable table) {
    String name = table.schema() + "." + table.table();
    Optional<RowSchema> schema = ask(source, table);
    if (schema.isEmpty()) {
      return Optional.of(
          new MillraceException(
              IngestError.ING_005_TABLE_MISSING,
              "the database " + source.database() + " has no table " + name + "."));
    }
    List<String> key = schema.get().key();
    if (key.isEmpty()) {
      return Optional.of(
          new MillraceException(
              IngestError.ING_006_PRIMARY_KEY_MISSING,
              "table " + name + " has no primary key, so its changes cannot be told apart."));
    }
    return key.stream()
        .filter(column -> !schema.get().names().contains(column))
        .findFirst()
        .map(column ->
            new MillraceException(
                IngestError.ING_006_PRIMARY_KEY_MISSING,
                "table %s has column %s in its primary key, whose type cannot be captured."
                    .formatted(name, column)));
  }

  private Optional<RowSchema> ask(CdcSource source, CdcTable table) {
    try (Connection connection = connect(source);
        PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.table());
      try (ResultSet rows = statement.executeQuery()) {
        return schema(rows);
      }
    } catch (SQLException e) {
      throw new MillraceException(
          WarehouseError.WH_003_SOURCE_UNREACHABLE,
          "source "
              + source.name()
              + ": the database "
              + source.database()
              + " at "
              + source.host()
              + ":"
              + source.port()
              + " cannot be asked for the columns of "
              + table.schema()
              + "."
              + table.table()
              + " (SQL state "
              + e.getSQLState()
              + "). See that it runs and that the user may connect.",
          e);
    }
  }

  private Connection connect(CdcSource source) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", source.user());
    properties.setProperty("password", SecretValues.require(source.password(), env));
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "30");
    String database = URLEncoder.encode(source.database(), StandardCharsets.UTF_8);
    String url = "jdbc:postgresql://" + source.host() + ":" + source.port() + "/" + database;
    return DriverManager.getConnection(url, properties);
  }

  /** Empty when the table does not exist, or not yet. */
  private static Optional<RowSchema> schema(ResultSet rows) throws SQLException {
    List<Column> columns = new ArrayList<>();
    Map<Integer, String> key = new TreeMap<>();
    while (rows.next()) {
      String name = rows.getString("attname");
      boolean nullable = rows.getBoolean("nullable");
      int keyPosition = rows.getInt("key_position");
      PostgresTypes.of(
              rows.getString("typname"), rows.getString("typtype").charAt(0), rows.getInt("typmod"))
          .ifPresent(type -> columns.add(new Column(name, type, nullable)));
      if (keyPosition >= 0) {
        key.put(keyPosition, name);
      }
    }
    return columns.isEmpty()
        ? Optional.empty()
        : Optional.of(new RowSchema(columns, List.copyOf(key.values())));
  }
}
