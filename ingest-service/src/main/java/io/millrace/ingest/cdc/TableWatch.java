package io.millrace.ingest.cdc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.ingest.SourceEvent.End;
import io.millrace.ingest.cdc.CapturedTable.Partition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
  private final Map<String, Mark> marks = new HashMap<>();
  private final ObjectNode written = JSON.createObjectNode();

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
    if (!(read(position).get(FIELD) instanceof ObjectNode stored)) {
      return;
    }
    marks.clear();
    stored
        .properties()
        .forEach(mark -> marks.put(mark.getKey(), Mark.read(mark.getValue().asText())));
    require(connection, tables);
  }

  /** Compares the tables as they are now with what they were when last looked at, likewise. */
  void requireUnchanged(Connection connection) throws SQLException {
    require(connection, catalog.read(connection));
  }

  /** The same End, at a position with the marks. */
  End marked(End end) {
    ObjectNode position = read(end.position());
    position.set(FIELD, written);
    return new End(position.toString(), end.committedAt());
  }

  private void require(Connection connection, List<CapturedTable> tables) throws SQLException {
    for (CapturedTable table : tables) {
      Mark known = marks.get(table.declared().resource());
      if (known == null) {
        throw changed(table, "has become a resource");
      }
      if (!known.equals(Mark.of(table))) {
        require(connection, table, known);
      }
    }
    tables.forEach(this::mark);
  }

  private void require(Connection connection, CapturedTable table, Mark known) throws SQLException {
    Mark now = Mark.of(table);
    if (!known.identity().equals(now.identity())) {
      throw changed(table, "has another primary key, or is the table of another resource,");
    }
    boolean rewritten =
        known.fileNode() != now.fileNode() && !known.alterations().equals(now.alterations());
    if (rewritten || !known.filled().containsAll(now.filled())) {
      throw changed(table, "was altered so that rows have other values");
    }
    long greatest = known.greatestPartition();
    if (!Mark.of(table.partitions().stream().filter(p -> p.oid() <= greatest))
        .equals(known.partitions())) {
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
    Mark mark = Mark.of(table);
    marks.put(table.declared().resource(), mark);
    written.put(table.declared().resource(), mark.text());
  }

  /**
   * What a table was, in few characters.
   *
   * @param identity a hash of its name and key
   * @param fileNode see {@link CapturedTable}
   * @param alterations a hash of {@link CapturedTable#alterations}
   * @param filled hashes of {@link CapturedTable#filled}
   * @param greatestPartition the greatest oid of a partition, 0 without any
   * @param partitions a hash of all of them
   */
  private record Mark(
      String identity,
      long fileNode,
      String alterations,
      Set<String> filled,
      long greatestPartition,
      String partitions) {

    static Mark of(CapturedTable table) {
      return new Mark(
          hash(
              Stream.concat(Stream.of(Sql.table(table.declared())), table.key().stream().sorted())),
          table.fileNode(),
          hash(Stream.of(table.alterations())),
          table.filled().stream().map(c -> hash(Stream.of(c))).collect(Collectors.toSet()),
          table.partitions().stream().mapToLong(Partition::oid).max().orElse(0),
          of(table.partitions().stream()));
    }

    static String of(Stream<Partition> partitions) {
      return hash(partitions.map(Partition::mark));
    }

    String text() {
      return String.join(
          ".",
          identity,
          Long.toString(fileNode),
          alterations,
          filled.stream().sorted().collect(Collectors.joining("-")),
          Long.toString(greatestPartition),
          partitions);
    }

    static Mark read(String text) {
      String[] parts = text.split("\\.", -1);
      return new Mark(
          parts[0],
          Long.parseLong(parts[1]),
          parts[2],
          parts[3].isEmpty() ? Set.of() : Set.of(parts[3].split("-", -1)),
          Long.parseLong(parts[4]),
          parts[5]);
    }

    private static String hash(Stream<String> parts) {
      return Integer.toHexString(parts.toList().hashCode());
    }
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
