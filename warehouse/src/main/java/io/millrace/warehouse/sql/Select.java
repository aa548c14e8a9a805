package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.problem.SourceText;
import java.util.Optional;

/**
 * A SELECT that was parsed: its text, its tree, and where its problems go. The tree is not changed;
 * rewrites work on copies. One thread.
 */
public final class Select {
  private final SourceText source;
  private final int offset;
  private final ObjectNode tree;
  private final Problems problems;

  private final String text;

  private Select(SourceText source, int offset, ObjectNode tree, Problems problems, String text) {
    this.text = text;
    this.source = source;
    this.offset = offset;
    this.tree = tree;
    this.problems = problems;
  }

  /**
   * Parses the SELECT that goes from an offset to the end of a file.
   *
   * @return empty, with a problem, unless it is exactly one SELECT
   */
  public static Optional<Select> parse(
      Analysis analysis, SourceText source, int offset, Problems problems) {
    JsonNode answer = analysis.parse(source.text().substring(offset));
    if (answer.path("error").asBoolean() || !(answer instanceof ObjectNode tree)) {
      Failure failure = Failure.of(answer);
      int at = source.charOffset(offset, Math.max(0, failure.position()));
      boolean syntax = failure.type().equals("parser");
      problems.add(
          syntax ? WarehouseError.WH_030_SELECT_SYNTAX : WarehouseError.WH_031_NOT_ONE_SELECT,
          source,
          at,
          failure.message());
      return Optional.empty();
    }
    Select select =
        new Select(source, offset, tree, problems, source.text().substring(offset).strip());
    if (tree.path("statements").size() == 1) {
      return Optional.of(select);
    }
    select.problem(
        WarehouseError.WH_031_NOT_ONE_SELECT,
        tree.path("statements").path(1).path("node"),
        "a file holds one statement, this one holds " + tree.path("statements").size() + " SELECTs",
        Optional.empty());
    return Optional.empty();
  }

  /**
   * This SELECT with one more column behind the others, of a condition over its input.
   *
   * @param name the column's
   * @param offset of the condition in the file
   * @return empty, with a problem, when the condition is none
   */
  public Optional<Select> with(Analysis analysis, String condition, String name, int offset) {
    JsonNode answer = analysis.parse("SELECT (" + condition + ")");
    JsonNode parsed = answer.path("statements").path(0).path("node");
    if (answer.path("error").asBoolean()
        || answer.path("statements").size() != 1
        || parsed.path("select_list").size() != 1
        || !Tree.isType(node(), Tree.SELECT_NODE)) {
      problems.add(
          WarehouseError.WH_024_CLAUSE_VALUE, source, offset, "this is no condition: " + condition);
      return Optional.empty();
    }
    ObjectNode column = (ObjectNode) parsed.path("select_list").path(0);
    column.put("alias", name);
    ObjectNode more = copy();
    ObjectNode query = (ObjectNode) more.path("statements").path(0).path("node");
    ((ArrayNode) query.path("select_list")).add(column);
    return Optional.of(new Select(source, offset, more, new Problems(), analysis.render(more)));
  }

  /** Adds a problem at a node of the tree, or at the first one below it that has a place. */
  void problem(WarehouseError code, JsonNode at, String message, Optional<String> hint) {
    long position =
        Tree.objects(at).stream()
            .flatMapToLong(o -> Tree.location(o).stream())
            .findFirst()
            .orElse(0);
    problemAt(code, position, message, hint);
  }

  /** Adds a problem where the SELECT first names a table, such as {@code raw.shop.orders}. */
  public void problemAtInput(ErrorCode code, String name, String message) {
    JsonNode at =
        Tree.objects(node()).stream()
            .filter(o ->
                String.join(".", Inputs.path(o)).equals(name)
                    || (LookupCall.isLookup(o)
                        && LookupCall.dimension(o)
                            .filter(d -> d.toString().equals(name))
                            .isPresent()))
            .<JsonNode>map(o -> o)
            .findFirst()
            .orElse(node());
    int position = source.charOffset(offset, Tree.location(at).orElse(0));
    problems.add(code, source, position, message);
  }

  /** Adds a problem at a byte position. */
  void problemAt(WarehouseError code, long position, String message, Optional<String> hint) {
    int at = source.charOffset(offset, Math.max(0, position));
    problems.add(code, source, at, message, hint);
  }

  String text() {
    return text;
  }

  /** The query node: a SELECT, a set operation or a recursive query. */
  JsonNode node() {
    return tree.path("statements").path(0).path("node");
  }

  /** A copy of the whole tree, for rewriting. */
  ObjectNode copy() {
    return tree.deepCopy();
  }

  /** Where its problems go. */
  public Problems problems() {
    return problems;
  }
}
