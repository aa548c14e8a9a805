package io.millrace.warehouse.raw;

import io.millrace.contracts.row.RowSchema;
import java.util.Optional;

/** Where the columns and keys of raw resources are known from. */
@FunctionalInterface
public interface RawSchemas {

  /** Knows nothing. */
  RawSchemas NONE = (source, resource) -> Optional.empty();

  /**
   * The columns and key of a raw resource; empty while they are not known here.
   *
   * @throws io.millrace.contracts.error.MillraceException when they should be known but cannot be
   *     read
   */
  Optional<RowSchema> of(String source, String resource);

  /** Asks this first, then the other. */
  default RawSchemas orElse(RawSchemas other) {
    return (source, resource) -> of(source, resource).or(() -> other.of(source, resource));
  }
}
