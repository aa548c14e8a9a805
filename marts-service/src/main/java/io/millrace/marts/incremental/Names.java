package io.millrace.marts.incremental;

import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Columns of generated SQL: c0, c1 ... for rows, k0, k1 ... for keys. */
final class Names {

  private Names() {}

  /** {@code c0, c1 ...}; a relation without columns has a constant in their place. */
  static String columns(int width) {
    return width == 0 ? "true AS e" : each(width, i -> "c" + i);
  }

  /** The columns of an alias. */
  static String columns(String alias, int width) {
    return width == 0 ? "true AS e" : each(width, i -> alias + ".c" + i);
  }

  static String each(int count, IntFunction<String> text) {
    return IntStream.range(0, count).mapToObj(text).collect(Collectors.joining(", "));
  }

  static String all(int count, IntFunction<String> condition) {
    return count == 0
        ? "true"
        : IntStream.range(0, count).mapToObj(condition).collect(Collectors.joining(" AND "));
  }

  /** Names an item of a SELECT list; an empty list gets a constant. */
  static String list(String items) {
    return items.isEmpty() ? "true AS e" : items;
  }
}
