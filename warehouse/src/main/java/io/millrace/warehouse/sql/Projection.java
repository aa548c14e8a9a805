package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.row.RowSchema;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What a SELECT over one table does with that table's columns. */
final class Projection {

  private Projection() {}

  /**
   * Output column in lower case -> input column, for those that pass through unchanged.
   *
   * @param hidden further input columns, which {@code *} leaves out
   */
  static Map<String, String> plain(JsonNode query, RowSchema input, List<String> hidden) {
    Map<String, String> plain = new LinkedHashMap<>();
    for (JsonNode item : query.path("select_list")) {
      if (Tree.isClass(item, Tree.COLUMN_REF)) {
        String name = Tree.parts(item).getLast();
        String alias = item.path("alias").asText();
        Stream.concat(input.names().stream(), hidden.stream())
            .filter(name::equalsIgnoreCase)
            .findFirst()
            .ifPresent(c -> plain.put(lower(alias.isEmpty() ? name : alias), c));
      } else if (Tree.isClass(item, Tree.STAR)) {
        star(item, input, plain);
      }
    }
    return plain;
  }

  private static void star(JsonNode star, RowSchema input, Map<String, String> plain) {
    Map<String, String> renamed = new LinkedHashMap<>();
    star.path("rename_list")
        .forEach(r -> renamed.put(lower(r.path("key").path("column")), r.path("value").asText()));
    Set<String> changed = new LinkedHashSet<>();
    star.path("exclude_list").forEach(e -> changed.add(lower(e)));
    star.path("qualified_exclude_list").forEach(e -> changed.add(lower(e.path("column"))));
    star.path("replace_list").forEach(r -> changed.add(lower(r.path("key"))));
    for (String name : input.names()) {
      String key = name.toLowerCase(Locale.ROOT);
      if (!changed.contains(key)) {
        plain.put(lower(renamed.getOrDefault(key, name)), name);
      }
    }
  }

  /**
   * Names of the input columns that are read, in lower case; all of them for {@code *}.
   *
   * @param hidden further input columns, which {@code *} leaves out
   */
  static Set<String> read(JsonNode query, List<String> inputColumns, List<String> hidden) {
    Set<String> read = new LinkedHashSet<>();
    boolean star = Tree.ofClass(query, Tree.STAR).findAny().isPresent();
    Set<String> referenced = new LinkedHashSet<>();
    Tree.ofClass(query, Tree.COLUMN_REF)
        .flatMap(c -> Tree.parts(c).stream())
        .forEach(p -> referenced.add(p.toLowerCase(Locale.ROOT)));
    for (String column : inputColumns) {
      String name = column.toLowerCase(Locale.ROOT);
      if (star || referenced.contains(name)) {
        read.add(name);
      }
    }
    hidden.stream().filter(referenced::contains).forEach(read::add);
    return read;
  }

  private static String lower(JsonNode text) {
    return lower(text.asText());
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
