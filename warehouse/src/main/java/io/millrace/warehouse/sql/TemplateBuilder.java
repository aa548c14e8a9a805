package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.sql.SqlTemplate.NowType;
import io.millrace.warehouse.sql.SqlTemplate.Piece;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a template of a SELECT: marks take the place of tables and of the present in a copy of the
 * tree, DuckDB renders it, and the text is cut at the marks.
 */
final class TemplateBuilder {
  private static final String MARK = "__millrace_";
  private static final Pattern MARKS =
      Pattern.compile("\"?__millrace_(input|now)_([0-9a-z]+)__\"?");

  private final Select select;
  private final ObjectNode tree;
  private final List<TableName> inputs = new ArrayList<>();
  private final Map<List<String>, String> aliases = new HashMap<>();

  /** Takes a copy of the SELECT's tree that may be changed, lookups already rewritten. */
  TemplateBuilder(Select select, ObjectNode tree) {
    this.select = select;
    this.tree = tree;
  }

  /** Leaves columns out of every {@code *}. */
  void exclude(List<String> columns) {
    Tree.ofClass(tree, Tree.STAR)
        .forEach(star -> columns.forEach(((ArrayNode) star.path("exclude_list"))::add));
  }

  /**
   * Puts marks in the places of now() and its kin.
   *
   * @param columns names of the inputs' columns, in lower case
   * @return whether there were any
   */
  boolean markNow(Set<String> columns) {
    boolean[] found = {false};
    Tree.replace(
        tree,
        node -> {
          Optional<NowType> type = Clock.of(node, columns);
          if (type.isEmpty()) {
            return node;
          }
          found[0] = true;
          return now(node, type.get());
        });
    return found[0];
  }

  /** Puts marks in the places of tables; each keeps its name as alias. */
  void markTables() {
    List<ObjectNode> tables =
        Tree.objects(tree).stream()
            .filter(n -> Tree.isType(n, Tree.BASE_TABLE) && Tree.parts(n).size() > 1)
            .toList();
    for (ObjectNode table : tables) {
      List<String> path = Inputs.path(table);
      if (table.path("alias").asText().isEmpty()) {
        alias(table, path);
      }
      TableName name = new TableName(path.get(path.size() - 2), path.getLast());
      if (!inputs.contains(name)) {
        inputs.add(name);
      }
      String mark = MARK + "input_" + inputs.indexOf(name) + "__";
      table.put("catalog_name", "").put("schema_name", "").put("table_name", mark);
      table.putObject("qualified_name").putArray("path").add(mark);
    }
    Tree.ofClass(tree, Tree.COLUMN_REF).forEach(this::shorten);
  }

  /** The template of the marked tree. */
  SqlTemplate build(Analysis analysis) {
    return build(analysis, tree);
  }

  /** The template of another tree with marks of this one. */
  SqlTemplate build(Analysis analysis, ObjectNode marked) {
    String sql = analysis.render(marked);
    List<Piece> pieces = new ArrayList<>();
    Matcher mark = MARKS.matcher(sql);
    int from = 0;
    while (mark.find()) {
      pieces.add(new Piece.Text(sql.substring(from, mark.start())));
      pieces.add(
          mark.group(1).equals("input")
              ? new Piece.Input(inputs.get(Integer.parseInt(mark.group(2))))
              : new Piece.Now(NowType.valueOf(mark.group(2).toUpperCase(Locale.ROOT))));
      from = mark.end();
    }
    pieces.add(new Piece.Text(sql.substring(from)));
    return new SqlTemplate(pieces);
  }

  private static JsonNode now(JsonNode node, NowType type) {
    ObjectNode mark = JsonNodeFactory.instance.objectNode();
    mark.put("class", Tree.COLUMN_REF).put("type", Tree.COLUMN_REF);
    mark.put("alias", node.path("alias").asText());
    mark.putArray("column_names").add(MARK + "now_" + type.name().toLowerCase(Locale.ROOT) + "__");
    return mark;
  }

  private void alias(ObjectNode table, List<String> path) {
    String alias = path.getLast();
    boolean taken =
        aliases.entrySet().stream()
            .anyMatch(e -> e.getValue().equals(alias) && !e.getKey().equals(path));
    if (taken) {
      select.problem(
          WarehouseError.WH_038_SELECT_INVALID,
          table,
          "two tables are called " + alias + " in this SELECT",
          Optional.of("give each an alias: " + String.join(".", path) + " AS x"));
    }
    aliases.put(path, alias);
    table.put("alias", alias);
  }

  /** Drops the schema of {@code staging.orders.id}, as the table is an alias now. */
  private void shorten(ObjectNode column) {
    List<String> parts = Tree.parts(column);
    aliases.forEach((path, alias) -> {
      for (int skip = 0; skip + 2 <= path.size(); skip++) {
        List<String> qualifier = path.subList(skip, path.size());
        if (parts.size() > qualifier.size() && startsWith(parts, qualifier)) {
          ArrayNode names = column.putArray("column_names").add(alias);
          parts.subList(qualifier.size(), parts.size()).forEach(names::add);
        }
      }
    });
  }

  private static boolean startsWith(List<String> parts, List<String> qualifier) {
    for (int i = 0; i < qualifier.size(); i++) {
      if (!parts.get(i).toLowerCase(Locale.ROOT).equals(qualifier.get(i))) {
        return false;
      }
    }
    return true;
  }
}
