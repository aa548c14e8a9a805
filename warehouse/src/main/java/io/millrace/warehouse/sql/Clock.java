package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.warehouse.sql.SqlTemplate.NowType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The ways in which a SELECT can ask for the time. */
final class Clock {
  private static final Map<String, NowType> CALLS =
      Map.of(
          "now", NowType.TIMESTAMPTZ,
          "get_current_timestamp", NowType.TIMESTAMPTZ,
          "transaction_timestamp", NowType.TIMESTAMPTZ,
          "current_localtimestamp", NowType.TIMESTAMP,
          "today", NowType.DATE,
          "current_date", NowType.DATE);
  private static final Map<String, NowType> WORDS =
      Map.of(
          "current_timestamp", NowType.TIMESTAMPTZ,
          "localtimestamp", NowType.TIMESTAMP,
          "current_date", NowType.DATE);
  private static final Set<String> TIME_WORDS = Set.of("current_time", "localtime");

  private Clock() {}

  /**
   * The type of the present that a node asks for.
   *
   * @param columns names of the inputs' columns in lower case: a column hides a word
   */
  static Optional<NowType> of(JsonNode node, Set<String> columns) {
    if (Tree.isClass(node, Tree.FUNCTION) && node.path("arguments").isEmpty()) {
      return Optional.ofNullable(CALLS.get(Tree.function(node)));
    }
    return word(node, columns).map(WORDS::get);
  }

  /** Whether a node asks for the time of day, which no stored column can hold. */
  static boolean isTimeOfDay(JsonNode node, Set<String> columns) {
    return word(node, columns).filter(TIME_WORDS::contains).isPresent();
  }

  private static Optional<String> word(JsonNode node, Set<String> columns) {
    if (!Tree.isClass(node, Tree.COLUMN_REF)) {
      return Optional.empty();
    }
    List<String> parts = Tree.parts(node);
    return Optional.of(parts.getFirst().toLowerCase(Locale.ROOT))
        .filter(word -> parts.size() == 1 && !columns.contains(word));
  }
}
