package io.millrace.ingest.cdc;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.DataType;
import io.millrace.ingest.cdc.CapturedTable.CapturedColumn;
import io.millrace.ingest.cdc.CapturedTable.Partition;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the captured tables from PostgreSQL's catalog and refuses those that cannot be captured.
 */
final class TableCatalog {
  private static final String TABLE =
      """
      SELECT c.oid, coalesce(pg_relation_filenode(c.oid), 0), c.relreplident, c.reltuples::bigint,
             has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
             row_security_active(c.oid),
             c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid),
             current_setting('server_version_num')::int >= 180000 AND EXISTS (
               SELECT FROM pg_attribute
               WHERE attrelid = c.oid AND attgenerated <> '' AND NOT attisdropped),
             (SELECT string_agg(a.attname || ' ' || a.xmin::text, ' ' ORDER BY a.attnum)
              FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
             ARRAY(SELECT DISTINCT a.attname::text FROM pg_attribute a
              WHERE (a.attrelid = c.oid OR a.attrelid IN (SELECT relid FROM pg_partition_tree(c.oid)))
                AND a.atthasmissing AND NOT a.attisdropped)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')
      """;

  private static final String COLUMNS =
      """
      SELECT a.attname, coalesce(b.typname, t.typname),
             CASE WHEN coalesce(b.typtype, t.typtype) = 'e' THEN true ELSE false END,
             a.atttypmod, a.attstorage <> 'p'
      FROM pg_attribute a
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
      WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      ORDER BY a.attnum
      """;

  private static final String KEY =
      """
      SELECT a.attname
      FROM pg_index i
      CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(attnum, place)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = ? AND i.indisprimary AND k.place <= i.indnkeyatts
      ORDER BY k.place
      """;

  private static final String PARTITIONS =
      """
      WITH RECURSIVE tree AS (
        SELECT inhrelid, xmin AS attached, cmin AS command FROM pg_inherits WHERE inhparent = ?
        UNION ALL
        SELECT i.inhrelid,
               CASE WHEN age(i.xmin) < age(t.attached) THEN i.xmin ELSE t.attached END,
               CASE WHEN age(i.xmin) < age(t.attached) THEN i.cmin ELSE t.command END
        FROM tree t JOIN pg_inherits i ON i.inhparent = t.inhrelid)
      SELECT c.oid, t.attached::text::bigint, t.command::text::bigint,
             coalesce(pg_relation_filenode(c.oid), 0), format('%I.%I', n.nspname, c.relname),
             has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
      FROM tree t JOIN pg_class c ON c.oid = t.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r'
      ORDER BY c.oid
      """;

  private final Database database;

  TableCatalog(Database database) {
    this.database = database;
  }

  /** All tables of the source, in its order. */
  List<CapturedTable> read(Connection connection) {
    try {
      List<CapturedTable> tables = new ArrayList<>();
      for (CdcTable table : database.source().tables()) {
        tables.add(read(connection, table));
      }
      return tables;
    } catch (SQLException e) {
      throw database.failed("reading its catalog", e);
    }
  }

  private CapturedTable read(Connection connection, CdcTable table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.table());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw missing(table);
        }
        long oid = row.getLong(1);
        Set<String> leftOut = new HashSet<>();
        List<CapturedColumn> columns = columns(connection, oid, leftOut);
        CapturedTable captured =
            new CapturedTable(
                table,
                row.getLong(2),
                row.getString(3).charAt(0),
                row.getLong(4),
                columns,
                leftOut,
                key(connection, oid),
                partitions(connection, oid),
                row.getString(9),
                Set.of((String[]) row.getArray(10).getArray()));
        checkRows(table, row.getBoolean(5), row.getBoolean(6), row.getBoolean(7));
        check(captured);
        if (row.getBoolean(8)) {
          checkGenerated(captured);
        }
        return captured;
      }
    }
  }

  private static List<CapturedColumn> columns(Connection connection, long oid, Set<String> leftOut)
      throws SQLException {
    List<CapturedColumn> columns = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String name = row.getString(1);
          String typeName = row.getBoolean(3) ? "text" : row.getString(2);
          int modifier = row.getInt(4) - 4;
          boolean limited = typeName.equals("numeric") && modifier >= 0;
          int scale = limited ? PostgresTypes.signedScale(modifier) : 0;
          DataType type = PostgresTypes.of(typeName, limited ? modifier >> 16 : 0, scale);
          if (type == null) {
            leftOut.add(name);
          } else {
            boolean large = row.getBoolean(5) && !(type instanceof DataType.Decimal);
            columns.add(new CapturedColumn(name, type, typeName, large));
          }
        }
      }
    }
    return columns;
  }

  private static List<Partition> partitions(Connection connection, long oid) throws SQLException {
    List<Partition> partitions = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(PARTITIONS)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          partitions.add(
              new Partition(
                  row.getLong(1),
                  row.getLong(2),
                  row.getLong(3),
                  row.getLong(4),
                  row.getString(5),
                  row.getBoolean(6)));
        }
      }
    }
    return partitions;
  }

  private static List<String> key(Connection connection, long oid) throws SQLException {
    List<String> key = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(KEY)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          key.add(row.getString(1));
        }
      }
    }
    return key;
  }

  /** Refuses a table of which a snapshot would hold other rows than the log tells of. */
  private void checkRows(CdcTable table, boolean readable, boolean filtered, boolean inherited) {
    String sqlName = Sql.table(table);
    String user = Sql.name(database.source().user());
    if (inherited) {
      throw new MillraceException(
          IngestError.ING_005_TABLE_MISSING,
          database.about()
              + ": table "
              + sqlName
              + " holds the rows of tables that inherit from it, but the log tells of their changes"
              + " under their own names only. Capture those tables instead, or make it a"
              + " partitioned table: SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = "
              + Sql.text(sqlName)
              + "::regclass;");
    }
    if (filtered) {
      throw refused(
          IngestError.ING_007_SELECT_RIGHT_MISSING,
          table,
          "may show only some of its rows to user "
              + database.source().user()
              + ", because row-level security applies to it",
          "ALTER ROLE " + user + " BYPASSRLS;");
    }
    if (!readable) {
      throw refused(
          IngestError.ING_007_SELECT_RIGHT_MISSING,
          table,
          "may not be read by user " + database.source().user(),
          "GRANT USAGE ON SCHEMA "
              + Sql.name(table.schema())
              + " TO "
              + user
              + "; GRANT SELECT ON "
              + sqlName
              + " TO "
              + user
              + ";");
    }
  }

  private void check(CapturedTable captured) {
    CdcTable table = captured.declared();
    String sqlName = Sql.table(table);
    if (captured.key().isEmpty()) {
      throw refused(
          IngestError.ING_006_PRIMARY_KEY_MISSING,
          table,
          "has no primary key, so its changes cannot be told apart",
          "ALTER TABLE " + sqlName + " ADD PRIMARY KEY (<columns>);");
    }
    captured.key().stream()
        .filter(captured.leftOut()::contains)
        .findFirst()
        .ifPresent(column -> {
          throw refused(
              IngestError.ING_006_PRIMARY_KEY_MISSING,
              table,
              "has column " + column + " in its primary key, whose type cannot be captured",
              "ALTER TABLE " + sqlName + " ALTER COLUMN " + Sql.name(column) + " TYPE text;");
        });
    if (captured.replicaIdentity() != 'd' && captured.replicaIdentity() != 'f') {
      throw refused(
          IngestError.ING_010_REPLICA_IDENTITY,
          table,
          "has a replica identity that does not tell the primary key of a deleted row",
          "ALTER TABLE " + sqlName + " REPLICA IDENTITY DEFAULT;");
    }
  }

  /** Version 18 refuses updates of a published table whose whole rows have unpublished columns. */
  private void checkGenerated(CapturedTable captured) {
    if (captured.logsWholeOldRows()) {
      throw refused(
          IngestError.ING_010_REPLICA_IDENTITY,
          captured.declared(),
          "has generated columns and the replica identity FULL, so PostgreSQL 18 would refuse to"
              + " update its rows once it is published",
          "ALTER TABLE " + Sql.table(captured.declared()) + " REPLICA IDENTITY DEFAULT;");
    }
  }

  private MillraceException missing(CdcTable table) {
    return new MillraceException(
        IngestError.ING_005_TABLE_MISSING,
        database.about()
            + " has no table "
            + Sql.table(table)
            + ", which resource "
            + table.resource()
            + " captures. Correct sources/"
            + database.source().name()
            + ".yml, or: CREATE TABLE "
            + Sql.table(table)
            + " (<columns>, PRIMARY KEY (<columns>));");
  }

  private MillraceException refused(
      IngestError code, CdcTable table, String what, String mendingSql) {
    return new MillraceException(
        code,
        database.about() + ": table " + Sql.table(table) + " " + what + ". Run: " + mendingSql);
  }
}
