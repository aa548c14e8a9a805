package io.millrace.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out files that by the log hold no row which meets conditions: by their partition, or by
 * the bounds in their statistics. DuckDB compares, so bounds mean what they mean in a query. A file
 * without bounds is never left out.
 */
record FileSkipping(TableLayout layout, List<Condition> conditions) {
  /** The files that may hold a row which meets all conditions. */
  List<LiveFile> remaining(Connection duck, Collection<LiveFile> files) {
    List<LiveFile> all = List.copyOf(files);
    if (all.isEmpty() || conditions.isEmpty()) {
      return all;
    }
    List<Column> columns =
        conditions.stream()
            .flatMap(Condition::columns)
            .map(name -> Condition.column(layout.schema(), name))
            .distinct()
            .toList();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      rows.add("(" + i + ", " + statistics(all.get(i), columns) + ")");
    }
    String names =
        IntStream.range(0, columns.size())
            .mapToObj(i -> Text.of(", l%1$d, g%1$d, n%1$d", i))
            .collect(Collectors.joining());
    String tests =
        conditions.stream()
            .map(c -> c.mayHold(layout.schema(), column -> bounds(column, columns.indexOf(column))))
            .collect(Collectors.joining(" AND "));
    return Sql.query(
        duck,
        Text.of(
            "SELECT f FROM (VALUES %s) t(f, r%s) WHERE %s ORDER BY f",
            String.join(", ", rows), names, tests),
        found -> {
          List<LiveFile> remaining = new ArrayList<>();
          while (found.next()) {
            remaining.add(all.get(found.getInt(1)));
          }
          return remaining;
        });
  }

  /**
   * A bound that does not cast is none. Other writers cut the greatest time down to its
   * millisecond, so it may be almost one more.
   */
  private static Condition.Bounds bounds(Column column, int index) {
    String type = column.type().sql();
    String greatest = Text.of("TRY_CAST(g%d AS %s)", index, type);
    boolean time = column.type() == Simple.TIMESTAMP || column.type() == Simple.TIMESTAMPTZ;
    return new Condition.Bounds(
        Text.of("TRY_CAST(l%d AS %s)", index, type),
        time ? "TRY(" + greatest + " + INTERVAL 1 MILLISECOND)" : greatest,
        "n" + index,
        "r");
  }

  /** Its rows; least and greatest value of each column, and how often it has none; as SQL. */
  private String statistics(LiveFile file, List<Column> columns) {
    JsonNode statistics = statistics(file);
    String rows = file.rows() < 0 ? "NULL::BIGINT" : String.valueOf(file.rows());
    return columns.stream()
        .map(column -> {
          String name = physical(column).name();
          if (file.partition().byName().containsKey(name)) {
            String value = file.partition().byName().get(name);
            return literal(value) + ", " + literal(value) + ", " + (value == null ? rows : "0");
          }
          return literal(text(statistics.path("minValues").path(name)))
              + ", "
              + literal(text(statistics.path("maxValues").path(name)))
              + ", "
              + nulls(statistics.path("nullCount").path(name));
        })
        .collect(Collectors.joining(", ", rows + ", ", ""));
  }

  private static String nulls(JsonNode count) {
    return count.isIntegralNumber() ? count.asText() : "NULL::BIGINT";
  }

  private TableLayout.Physical physical(Column column) {
    return layout.columns().stream()
        .filter(p -> p.column().equals(column))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode statistics(LiveFile file) {
    try {
      return file.statistics() == null
          ? MissingNode.getInstance()
          : FileStatistics.JSON.readTree(file.statistics());
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  private static @Nullable String text(JsonNode value) {
    return value.isValueNode() && !value.isNull() ? value.asText() : null;
  }

  private static String literal(@Nullable String value) {
    return value == null ? "NULL::VARCHAR" : Sql.text(value);
  }
}
