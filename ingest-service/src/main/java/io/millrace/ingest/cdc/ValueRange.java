package io.millrace.ingest.cdc;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;

/** The dates and times that both PostgreSQL and our types know; infinity is not one of them. */
final class ValueRange {
  /** 4713-11-24 BC, PostgreSQL's first day. */
  private static final int DAY_MIN = -2_440_588;

  private static final long MICROS_MIN = DAY_MIN * 86_400_000_000L;

  /** The year 294247 ends what 64 bits of microseconds since 1970 hold. */
  private static final long MICROS_MAX = 9_223_371_000_000_000_000L;

  private ValueRange() {}

  static boolean holdsDay(int day) {
    return day >= DAY_MIN;
  }

  static boolean holdsMicros(long micros) {
    return micros >= MICROS_MIN && micros <= MICROS_MAX;
  }

  static MillraceException outside(String about, String table, String column) {
    return new MillraceException(
        IngestError.ING_013_VALUE_OUT_OF_RANGE,
        about
            + ": column "
            + Sql.name(column)
            + " of table "
            + table
            + " holds infinity, NaN or a time that no column here can hold. Correct the row (SELECT"
            + " * FROM "
            + table
            + " WHERE "
            + Sql.name(column)
            + "::text IN ('infinity', '-infinity', 'Infinity', '-Infinity', 'NaN');), then take a"
            + " new snapshot of the source.");
  }
}
