package io.millrace.ingest.cdc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.ingest.SourceEvent.End;
import io.millrace.ingest.cdc.CapturedTable.Partition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sees what no change in the log tells of: that a resource is another table now, that a table's key
 * has other columns, that ALTER TABLE gave all its rows other values, that partitions came with
 * rows in them, went, or were emptied by themselves. Every position carries a mark of each table,
 * so that it is seen across restarts too. Used by the reader's thread.
 *
 * <p>Partitions above the greatest oid of a mark are new, and welcome if they have no row from
 * before they were attached. ALTER TABLE gives rows values either by rewriting them, then the table
 * has another file and another column or type; or, where a column comes with a default, by noting
 * that it stands in older rows ({@code pg_attribute.atthasmissing}). Another file alone is VACUUM
 * FULL or TRUNCATE, which the log tells of.
 */
final class TableWatch {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FIELD = "tables";

  private final Database database;
  private final TableCatalog catalog;
  private final Map<Integer, TableMark> marks = new TreeMap<>();

  /**
   * @param tables as they are now, which need not be as any position says
   */
  TableWatch(Database database, TableCatalog catalog, List<CapturedTable> tables) {
    this.database = database;
    this.catalog = catalog;
    tables.forEach(this::mark);
  }

  /**
   * Compares the tables with the marks of a position; one without any is from before there were.
   *
   * @throws MillraceException ING-022 when the source must be read anew
   */
  void requireAsAt(String position, Connection connection, List<CapturedTable> tables)
      throws SQLException {
    if (!(read(position).get(FIELD) instanceof ArrayNode stored)) {
      return;
    }
    marks.clear();
    for (JsonNode text : stored) {
      TableMark mark = TableMark.read(text.asText());
      marks.put(mark.identity(), mark);
    }
    require(connection, tables);
  }

  /** Compares the tables as they are now with what they were when last looked at, likewise. */
  void requireUnchanged(Connection connection) throws SQLException {
    require(connection, catalog.read(connection));
  }

  /** The same End, at a position with the marks. */
  End marked(End end) {
    ObjectNode position = read(end.position());
    ArrayNode written = position.putArray(FIELD);
    marks.values().forEach(mark -> written.add(mark.text()));
    return new End(position.toString(), end.committedAt());
  }

  private void require(Connection connection, List<CapturedTable> tables) throws SQLException {
    for (CapturedTable table : tables) {
      TableMark now = TableMark.of(table);
      TableMark known = marks.get(now.identity());
      if (known == null) {
        throw changed(table, "has become this resource, or has another primary key,");
      }
      if (!known.equals(now)) {
        require(connection, table, known, now);
      }
    }
    marks.clear();
    tables.forEach(this::mark);
  }

  private void require(Connection connection, CapturedTable table, TableMark known, TableMark now)
      throws SQLException {
    boolean rewritten =
        known.fileNode() != now.fileNode() && known.alterations() != now.alterations();
    if (rewritten || !known.filled().containsAll(now.filled())) {
      throw changed(table, "was altered so that rows have other values");
    }
    long greatest = known.greatestPartition();
    if (TableMark.hash(table.partitions().stream().filter(p -> p.oid() <= greatest))
        != known.partitions()) {
      throw changed(
          table, "lost a partition, or had one attached, truncated or rewritten by itself,");
    }
    for (Partition partition : table.partitions()) {
      if (partition.oid() > greatest && cameWithRows(connection, table, partition)) {
        throw changed(table, "was given a partition with rows in it");
      }
    }
  }

  /**
   * Whether a partition has a row that was inserted before it was attached. It may say so of one
   * that came soon after, never the other way round.
   */
  private static boolean cameWithRows(
      Connection connection, CapturedTable table, Partition partition) throws SQLException {
    String rows = partition.readable() ? "ONLY " + partition.name() : Sql.table(table.declared());
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT EXISTS (SELECT FROM "
                + rows
                + " WHERE tableoid = ?::oid AND (age(xmin) > age(?::xid)"
                + " OR (xmin = ?::xid AND cmin::text::bigint < ?)))")) {
      statement.setString(1, Long.toString(partition.oid()));
      statement.setString(2, Long.toString(partition.attachedBy()));
      statement.setString(3, Long.toString(partition.attachedBy()));
      statement.setLong(4, partition.command());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private void mark(CapturedTable table) {
    TableMark mark = TableMark.of(table);
    marks.put(mark.identity(), mark);
  }

  private static ObjectNode read(String position) {
    try {
      if (JSON.readTree(position) instanceof ObjectNode node) {
        return node;
      }
    } catch (JsonProcessingException e) {
      throw LogPosition.unreadable(position, e);
    }
    throw LogPosition.unreadable(position, null);
  }

  private MillraceException changed(CapturedTable table, String what) {
    return new MillraceException(
        IngestError.ING_022_TABLE_NOT_CAPTURED_YET,
        database.about()
            + ": table "
            + Sql.table(table.declared())
            + " "
            + what
            + " since the last snapshot, and the log does not tell which rows that changed. The"
            + " source is read anew.");
  }
}
