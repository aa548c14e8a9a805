package io.millrace.shard;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.TableName;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An operator's order, in the {@code to} of a cut of source {@code operator.<service>.<shard>}.
 *
 * @param rebuild the table to compute anew at that cut, or to erase from
 * @param loseHistory whether a dimension or a history may lose what is no longer held
 * @param rewindTo the cut to go back to and compute anew from; null: from the beginning
 * @param erase surrogate keys of the rows that a dimension erases, without being computed anew;
 *     empty for any other order
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Rebuild(
    String rebuild, boolean loseHistory, @Nullable Long rewindTo, List<Long> erase) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Rebuild NONE = new Rebuild("", false, null, List.of());

  public Rebuild {
    // Orders of other kinds do not say.
    rebuild = rebuild == null ? "" : rebuild;
    // Orders of an earlier release do not say.
    erase = erase == null ? List.of() : List.copyOf(erase);
  }

  /** Whether rows are to be erased. */
  @JsonIgnore
  public boolean isErasure() {
    return !erase.isEmpty();
  }

  /** The order in a cut; one that concerns no table if it is something else. */
  public static Rebuild of(FoldedCut cut) {
    try {
      return cut.to().isPresent()
          ? Optional.ofNullable(JSON.readValue(cut.to().get(), Rebuild.class)).orElse(NONE)
          : NONE;
    } catch (JsonProcessingException e) {
      return NONE;
    }
  }

  String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean concerns(TableName table) {
    return rebuild.equals(table.toString());
  }
}
