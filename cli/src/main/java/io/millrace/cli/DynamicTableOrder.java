package io.millrace.cli;

import java.util.Locale;

/** What can be ordered of a dynamic table. */
public enum DynamicTableOrder {
  SUSPEND("is not refreshed after cut %d, nor are the tables that read it"),
  RESUME("is refreshed again after cut %d"),
  REFRESH("is refreshed at cut %d, with the dynamic tables that it reads");

  private final String meaning;

  DynamicTableOrder(String meaning) {
    this.meaning = meaning;
  }

  /** The order in a path of the REST interface. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What happens, as half a sentence. */
  String meaning(long cut) {
    return String.format(Locale.ROOT, meaning, cut);
  }
}
