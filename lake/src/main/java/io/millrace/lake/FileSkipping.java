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
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      rows.add("(" + i + ", " + bounds(all.get(i)) + ")");
    }
    List<String> names = new ArrayList<>();
    List<String> tests = new ArrayList<>();
    for (int i = 0; i < conditions.size(); i++) {
      names.add("l" + i + ", g" + i);
      Column column = conditions.get(i).in(layout.schema());
      tests.add(
          conditions.get(i).mayHold(column, cast("l" + i, column), greatest("g" + i, column)));
    }
    return Sql.query(
        duck,
        Text.of(
            "SELECT f FROM (VALUES %s) t(f, %s) WHERE %s ORDER BY f",
            String.join(", ", rows), String.join(", ", names), String.join(" AND ", tests)),
        found -> {
          List<LiveFile> remaining = new ArrayList<>();
          while (found.next()) {
            remaining.add(all.get(found.getInt(1)));
          }
          return remaining;
        });
  }

  /** A bound that does not cast is none. */
  private static String cast(String bound, Column column) {
    return Text.of("TRY_CAST(%s AS %s)", bound, column.type().sql());
  }

  /** Other writers cut the greatest time down to its millisecond, so it may be almost one more. */
  private static String greatest(String bound, Column column) {
    String cast = cast(bound, column);
    return column.type() == Simple.TIMESTAMP || column.type() == Simple.TIMESTAMPTZ
        ? "TRY(" + cast + " + INTERVAL 1 MILLISECOND)"
        : cast;
  }

  /** Least and greatest value of each condition's column, as SQL. */
  private String bounds(LiveFile file) {
    JsonNode statistics = statistics(file);
    return conditions.stream()
        .map(c -> physical(c.in(layout.schema())))
        .map(p -> {
          String partition = file.partition().byName().get(p.name());
          return partition != null
              ? literal(partition) + ", " + literal(partition)
              : literal(text(statistics.path("minValues").path(p.name())))
                  + ", "
                  + literal(text(statistics.path("maxValues").path(p.name())));
        })
        .collect(Collectors.joining(", "));
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
