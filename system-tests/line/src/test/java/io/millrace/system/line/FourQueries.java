package io.millrace.system.line;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.TableName;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The queries of {@code benchmarks/flink}, and their rows as three engines have them. A row is its
 * values as text, numbers without trailing zeros, so that equal rows are equal text and none is
 * rounded; rows are sorted.
 */
final class FourQueries {
  static final Path HOME = Path.of("../../benchmarks/flink").toAbsolutePath().normalize();
  static final List<String> NAMES = List.of("q1", "q3", "q4", "q5");

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private FourQueries() {}

  /** The rows that the source's own database gives. */
  static List<String> asked(Connection source, String name) throws SQLException, IOException {
    String mart = Files.readString(HOME.resolve("warehouse/marts/" + name + ".sql"));
    return rows(source, mart.substring(mart.indexOf("\nAS\n") + "\nAS\n".length()));
  }

  /** The rows of the mart in the lake. */
  static List<String> kept(Path lakeRoot, String name, Path spill) throws SQLException {
    try (Lake lake = new Lake(lakeRoot);
        DuckDb duckDb = DuckDb.inMemory(spill, DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      DeltaTable table = lake.open(new TableName("marts", name));
      var _ = table.history().createView(duck, table.version(), name);
      return rows(duck, "SELECT " + Sql.names(table.schema().names()) + " FROM " + name);
    }
  }

  /** The rows of such JSON objects, whose fields stand in the order of the query's columns. */
  static List<String> written(Collection<byte[]> objects) throws IOException {
    List<String> rows = new ArrayList<>();
    for (byte[] object : objects) {
      List<String> values = new ArrayList<>();
      for (JsonNode value : JSON.readTree(object)) {
        values.add(text(value.isNumber() ? value.decimalValue() : value.asText()));
      }
      rows.add(String.join(" | ", values));
    }
    return rows.stream().sorted().toList();
  }

  private static List<String> rows(Connection connection, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query.replace(";", ""))) {
      ResultSetMetaData columns = Objects.requireNonNull(result.getMetaData());
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          values.add(text(result.getObject(i)));
        }
        rows.add(String.join(" | ", values));
      }
    }
    return rows.stream().sorted().toList();
  }

  private static String text(@Nullable Object value) {
    return value instanceof Number number
        ? new BigDecimal(number.toString()).stripTrailingZeros().toPlainString()
        : String.valueOf(value);
  }
}
