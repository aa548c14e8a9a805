package io.millrace.marts.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.TableName;
import java.util.Optional;

/**
 * An operator's order, in the {@code to} of a cut of source {@code operator.marts.<shard>}.
 *
 * @param table the dynamic table that it concerns, schema.name
 * @param action what to do
 */
public record Order(String table, Action action) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What can be ordered. */
  public enum Action {
    /** Not to be refreshed at cuts after this one, until RESUME; tables that read it wait. */
    SUSPEND,
    /** To be refreshed again. */
    RESUME,
    /** To be refreshed at this cut, suspended or not, with the dynamic tables that it reads. */
    REFRESH
  }

  public Order(TableName table, Action action) {
    this(table.toString(), action);
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
