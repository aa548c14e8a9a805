package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EmittedRowsTest {

  private final EmittedRows rows = new EmittedRows();

  private boolean isNew(long key, @Nullable Object... values) {
    return rows.isNew("repos", new @Nullable Object[] {key}, values);
  }

  @Test
  void tellsChangedRowsFromUnchangedOnes() {
    assertThat(isNew(1, "a", null)).isTrue();
    assertThat(isNew(1, "a", null)).isFalse();
    assertThat(isNew(1, "a", "null")).isTrue();
    assertThat(isNew(2, "a", null)).isTrue();
  }

  @Test
  void remembersTheNewestRowsOnly() {
    for (long key = 0; key <= EmittedRows.ROWS_MAX; key++) {
      assertThat(isNew(key, "a")).isTrue();
    }
    assertThat(isNew(EmittedRows.ROWS_MAX, "a")).as("the newest").isFalse();
    assertThat(isNew(1, "a")).as("the oldest that fits").isFalse();
    assertThat(isNew(0, "a")).as("one too many").isTrue();
  }
}
