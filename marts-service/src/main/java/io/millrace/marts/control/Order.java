package io.millrace.marts.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.TableName;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An operator's order, in the {@code to} of a cut of source {@code operator.marts.<shard>}.
 *
 * @param table the dynamic table that it concerns, schema.name
 * @param action what to do
 * @param properties of ALTER, by their names; of any other order none
 */
public record Order(
    String table,
    Action action,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Setting> properties) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A property that is to be otherwise than the folder says.
   *
   * @param value its value; null: what the folder says
   * @param over what the folder said when this was ordered: once it says something else, it is
   *     newer than the order
   */
  public record Setting(@Nullable String value, String over) {}

  /** What can be ordered. */
  public enum Action {
    /** Not to be refreshed at cuts after this one, until RESUME; tables that read it wait. */
    SUSPEND,
    /** To be refreshed again. */
    RESUME,
    /** To be refreshed at this cut, suspended or not, with the dynamic tables that it reads. */
    REFRESH,
    /** To be kept with other properties. */
    ALTER
  }

  public Order {
    var _ = TableName.parse(Objects.requireNonNull(table, "table"));
    Objects.requireNonNull(action, "action");
    // Orders that alter nothing do not say.
    properties = properties == null ? Map.of() : Map.copyOf(properties);
  }

  public Order(TableName table, Action action) {
    this(table.toString(), action, Map.of());
  }

  /** To alter a table. */
  public Order(TableName table, Map<String, Setting> properties) {
    this(table.toString(), Action.ALTER, properties);
  }

  /** The order in a cut; empty if that is something else. */
  static Optional<Order> of(FoldedCut cut) {
    try {
      return cut.to().isPresent()
          ? Optional.ofNullable(JSON.readValue(cut.to().get(), Order.class))
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** As the text of a cut. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
