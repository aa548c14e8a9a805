package io.millrace.lake;

import java.time.Duration;

/**
 * What vacuum must leave.
 *
 * @param retention versions younger than this, and the one that was newest then, stay readable
 * @param announcedCut versions that show a later cut stay readable with their changes, however old:
 *     nobody may have been told of them yet
 * @param mode what is done with the rest
 */
public record VacuumBounds(Duration retention, long announcedCut, Mode mode) {
  /** The retention that Delta's readers count on. */
  public static final Duration USUAL_RETENTION = Duration.ofDays(7);

  /** How far vacuum may go. */
  public enum Mode {
    /** Delete, but refuse a retention below {@link #USUAL_RETENTION}. */
    SAFE,
    /** Delete, whatever the retention. */
    FORCED,
    /** Name the files only. */
    DRY_RUN
  }
}
