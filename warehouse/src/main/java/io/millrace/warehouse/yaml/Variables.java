package io.millrace.warehouse.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills {@code ${env:NAME}} and {@code ${env:NAME:-default}} into plain values. */
final class Variables {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

  private final Map<String, String> env;

  Variables(Map<String, String> env) {
    this.env = env;
  }

  /**
   * A value with its variables filled in.
   *
   * @param text the value; unset variables without default stay as they were written
   * @param unset their names
   */
  record Filled(String text, List<String> unset) {}

  /** An empty variable counts as unset. */
  Filled fill(String text) {
    List<String> unset = new ArrayList<>();
    Matcher matcher = REFERENCE.matcher(text);
    String filled =
        matcher.replaceAll(match -> {
          String value = env.getOrDefault(match.group(1), "");
          if (!value.isEmpty()) {
            return Matcher.quoteReplacement(value);
          }
          if (match.group(2) != null) {
            return Matcher.quoteReplacement(match.group(2));
          }
          unset.add(match.group(1));
          return Matcher.quoteReplacement(match.group());
        });
    return new Filled(filled, unset);
  }
}
