package io.millrace.warehouse;

import io.millrace.contracts.error.MillraceException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A property of a dynamic table that decides none of its rows, so that it can be set while the
 * table is kept. The names are those of the statement's clauses.
 */
public enum Property {
  TARGET_LAG,
  REFRESH_MODE,
  CARDINALITY_THRESHOLD,
  COMMENT;

  /** The property of that name, in whatever case; empty when there is none. */
  public static Optional<Property> named(String name) {
    return Arrays.stream(values())
        .filter(p -> p.name().equals(name.toUpperCase(Locale.ROOT)))
        .findFirst();
  }

  /** Its value, in one form for all ways to write it; empty when nothing is said. */
  public String of(DynamicTable table) {
    return switch (this) {
      case TARGET_LAG -> table.targetLag().text();
      case REFRESH_MODE -> table.refreshMode().name();
      case CARDINALITY_THRESHOLD ->
          table.cardinalityThreshold().isPresent()
              ? BigDecimal.valueOf(table.cardinalityThreshold().getAsDouble())
                  .stripTrailingZeros()
                  .toPlainString()
              : "";
      case COMMENT -> table.comment().orElse("");
    };
  }

  /**
   * The table with another value of this property.
   *
   * @param value as in a statement, without quotes
   * @throws MillraceException WH-024 when it is none, WH-064 when the query cannot be kept so
   */
  public DynamicTable set(DynamicTable table, String value) {
    try {
      return switch (this) {
        case TARGET_LAG -> table.with(PropertyValue.targetLag(value));
        case REFRESH_MODE -> table.with(PropertyValue.refreshMode(value, table.algebra()));
        case CARDINALITY_THRESHOLD -> table.with(OptionalDouble.of(PropertyValue.threshold(value)));
        case COMMENT -> table.with(Optional.of(value));
      };
    } catch (PropertyValue.Wrong e) {
      throw new MillraceException(
          e.code(),
          "dynamic table %s cannot be altered: %s%s."
              .formatted(
                  table.name(), e.getMessage(), e.hint().map(h -> " (" + h + ")").orElse("")));
    }
  }
}
