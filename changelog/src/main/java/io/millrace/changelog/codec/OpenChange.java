package io.millrace.changelog.codec;

import org.jspecify.annotations.Nullable;

/**
 * What is known so far of the change that is being read. One object serves all records of a load;
 * for one thread at a time.
 */
final class OpenChange {
  /** Stands for a number that the record does not have. */
  static final long NONE = Long.MIN_VALUE;

  private int op;
  private long committedMicros;
  private long committedMillis;
  private long version;
  private long cut;
  private int before;
  private @Nullable RowPlan beforePlan;
  private int row;

  /** Begins a record whose first row, if it has any, is that row. */
  void begin(int firstRow) {
    op = 0;
    committedMicros = NONE;
    committedMillis = NONE;
    version = NONE;
    cut = NONE;
    beforePlan = null;
    row = firstRow;
  }

  void op(int letter) {
    op = letter;
  }

  void committedMicros(long micros) {
    committedMicros = micros;
  }

  void committedMillis(long millis) {
    committedMillis = millis;
  }

  void version(long number) {
    version = number;
  }

  void cut(long number) {
    cut = number;
  }

  /** Remembers where the row record under before lies, and how to read it. */
  void before(int position, RowPlan plan) {
    before = position;
    beforePlan = plan;
  }

  /** The op's letter; 0 if it is none. */
  int op() {
    return op;
  }

  /** When the source committed, in microseconds; NONE if it does not say. */
  long committedAt() {
    if (committedMicros != NONE || committedMillis == NONE) {
      return committedMicros;
    }
    long micros = committedMillis * 1000;
    return micros / 1000 == committedMillis ? micros : NONE;
  }

  long version() {
    return version;
  }

  long cut() {
    return cut;
  }

  /** Where the row record under before lies. */
  int before() {
    return before;
  }

  /** How to read the row record under before; null if there is none. */
  @Nullable RowPlan beforePlan() {
    return beforePlan;
  }

  /** The row to write next. */
  int row() {
    return row;
  }

  void rowWritten() {
    row++;
  }
}
