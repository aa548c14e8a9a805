package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.problem.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Turns DuckDB's reason why a SELECT cannot be bound into a problem with the nearest legal name.
 */
final class BindProblems {
  private final Select select;
  private final Functions functions;
  private final Function<List<String>, Optional<RowSchema>> schemas;

  /**
   * For one SELECT.
   *
   * @param schemas the columns of a table by the parts of its name in lower case
   */
  BindProblems(
      Select select, Functions functions, Function<List<String>, Optional<RowSchema>> schemas) {
    this.select = select;
    this.functions = functions;
    this.schemas = schemas;
  }

  void add(Failure failure) {
    Optional<ObjectNode> column =
        Tree.ofClass(select.node(), Tree.COLUMN_REF)
            .filter(c -> Tree.location(c).orElse(-1) == failure.position())
            .findFirst();
    if (column.isPresent() && unknownColumn(failure, Tree.parts(column.get()))) {
      List<String> parts = Tree.parts(column.get());
      List<String> candidates = candidates(parts);
      problem(
          WarehouseError.WH_036_UNKNOWN_COLUMN,
          failure,
          "there is no column " + String.join(".", parts),
          Nearest.hint(parts.getLast(), candidates));
    } else if (failure.message().startsWith("Referenced table")) {
      String written = column.map(c -> Tree.parts(c).getFirst()).orElse("");
      problem(
          WarehouseError.WH_035_UNKNOWN_TABLE,
          failure,
          "no table in FROM is called " + written,
          Nearest.hint(written, tableAliases()));
    } else if (failure.missing().contains("Function")) {
      problem(
          WarehouseError.WH_037_UNKNOWN_FUNCTION,
          failure,
          "there is no function " + failure.name(),
          Nearest.hint(failure.name(), functions.names()));
    } else {
      problem(WarehouseError.WH_038_SELECT_INVALID, failure, failure.message(), Optional.empty());
    }
  }

  private boolean unknownColumn(Failure failure, List<String> parts) {
    String message = failure.message();
    return (message.startsWith("Referenced column") && message.contains("not found"))
        || message.contains("does not have a column named")
        || (message.contains("must appear in the GROUP BY") && !exists(parts.getLast()));
  }

  private boolean exists(String column) {
    return allColumns().stream().anyMatch(c -> c.equalsIgnoreCase(column));
  }

  /** The columns of the table that qualifies a reference, else of all tables and subqueries. */
  private List<String> candidates(List<String> parts) {
    if (parts.size() < 2) {
      return allColumns();
    }
    String qualifier = parts.get(parts.size() - 2);
    List<String> ofTable =
        baseTables()
            .filter(t -> aliasOf(t).equalsIgnoreCase(qualifier))
            .flatMap(t -> schemas.apply(Inputs.path(t)).stream())
            .flatMap(s -> s.names().stream())
            .toList();
    return ofTable.isEmpty() ? allColumns() : ofTable;
  }

  private List<String> allColumns() {
    List<String> names = new ArrayList<>();
    baseTables()
        .flatMap(t -> schemas.apply(Inputs.path(t)).stream())
        .forEach(s -> names.addAll(s.names()));
    Tree.objects(select.node()).stream()
        .filter(o -> o.has("class") && !o.path("alias").asText().isEmpty())
        .forEach(o -> names.add(o.path("alias").asText()));
    return names;
  }

  private List<String> tableAliases() {
    return Tree.objects(select.node()).stream()
        .filter(Tree::isTableRef)
        .map(BindProblems::aliasOf)
        .filter(a -> !a.isEmpty())
        .toList();
  }

  private Stream<ObjectNode> baseTables() {
    return Tree.objects(select.node()).stream().filter(o -> Tree.isType(o, Tree.BASE_TABLE));
  }

  static String aliasOf(ObjectNode table) {
    String alias = table.path("alias").asText();
    return alias.isEmpty() ? table.path("table_name").asText() : alias;
  }

  private void problem(
      WarehouseError code, Failure failure, String message, Optional<String> hint) {
    select.problemAt(code, failure.position(), message, hint);
  }
}
