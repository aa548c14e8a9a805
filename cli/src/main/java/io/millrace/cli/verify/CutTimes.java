package io.millrace.cli.verify;

import java.time.Instant;
import java.util.Optional;

/** When cuts were made. */
@FunctionalInterface
public interface CutTimes {
  /** For readers of the lake alone. */
  CutTimes UNKNOWN = cut -> Optional.empty();

  /** The time of the warehouse at a cut. */
  Optional<Instant> at(long cut);
}
