package io.millrace.dimension;

import io.millrace.warehouse.Dimension;
import java.time.Instant;

/**
 * The two ends of time in a dimension, as SQL of type TIMESTAMPTZ; intervals are [from, to), UTC.
 */
final class Validity {
  /** Where rows of an initial snapshot begin when nothing says since when they hold. */
  static final String BEGINNING = Dimension.BEGINNING;

  /** Where a version ends that has not ended. */
  static final String OPEN_END = "TIMESTAMPTZ '9999-12-31 00:00:00+00'";

  private Validity() {}

  /** An instant as SQL, in microseconds. */
  static String sql(Instant at) {
    return "TIMESTAMPTZ '" + at.truncatedTo(java.time.temporal.ChronoUnit.MICROS) + "'";
  }
}
