package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What DuckDB says about its functions; all names in lower case.
 *
 * @param names of all functions and macros
 * @param aggregates that are no scalar functions as well
 * @param unrepeatable that give another value when they are called again: volatile ones, those that
 *     hold for one query only, and macros that call such
 * @param unnesting that make several rows of one in a select list
 */
record Functions(
    Set<String> names, Set<String> aggregates, Set<String> unrepeatable, Set<String> unnesting) {
  /** DuckDB declares these consistent, and they are not. */
  private static final Set<String> CLOCKS = Set.of("current_localtime", "current_localtimestamp");

  /** These are no functions to DuckDB. */
  private static final Set<String> UNNEST = Set.of("unnest", "unlist");

  /**
   * One overload.
   *
   * @param kind scalar, aggregate, macro, table ...
   * @param stability CONSISTENT or not; empty for macros
   * @param definition of a macro; else empty
   */
  record Overload(String name, String kind, String stability, String definition) {}

  static Functions of(Set<Overload> overloads) {
    Set<String> unrepeatable = new HashSet<>(CLOCKS);
    for (Overload f : overloads) {
      if (!f.stability().isEmpty() && !f.stability().equals("CONSISTENT")) {
        unrepeatable.add(f.name());
      }
    }
    String calls = String.join("|", unrepeatable);
    Pattern call = Pattern.compile("\\b(" + calls + ")\\s*\\(|\\bcurrent_(timestamp|date|time)\\b");
    for (Overload f : overloads) {
      if (call.matcher(f.definition()).find()) {
        unrepeatable.add(f.name());
      }
    }
    Set<String> unnesting = new HashSet<>(UNNEST);
    Pattern unnest = Pattern.compile("\\b(" + String.join("|", UNNEST) + ")\\s*\\(");
    overloads.stream()
        .filter(f -> unnest.matcher(f.definition()).find())
        .forEach(f -> unnesting.add(f.name()));
    Set<String> scalars = names(overloads, Set.of("scalar", "macro"));
    Set<String> aggregates = names(overloads, Set.of("aggregate"));
    aggregates.removeAll(scalars);
    return new Functions(
        overloads.stream().map(Overload::name).collect(Collectors.toSet()),
        aggregates,
        unrepeatable,
        unnesting);
  }

  /** Whether something in a select list makes several rows of one. */
  boolean makesRows(JsonNode items) {
    return Tree.ofClass(items, Tree.FUNCTION).map(Tree::function).anyMatch(unnesting::contains);
  }

  private static Set<String> names(Set<Overload> overloads, Set<String> kinds) {
    return overloads.stream()
        .filter(f -> kinds.contains(f.kind()))
        .map(Overload::name)
        .collect(Collectors.toCollection(HashSet::new));
  }
}
