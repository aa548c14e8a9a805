package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.Dimension.KeyInput;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.sql.BoundSelect;
import io.millrace.warehouse.sql.Inference;
import io.millrace.warehouse.statement.Statement;
import io.millrace.warehouse.statement.Statement.Columns;
import io.millrace.warehouse.statement.Statement.DimensionStatement;
import io.millrace.warehouse.statement.Statement.DimensionStatement.Part;
import io.millrace.warehouse.statement.Statement.Names;
import io.millrace.warehouse.statement.Statement.Renamed;
import io.millrace.warehouse.statement.Statement.Term;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/** The columns that a dimension's clauses name, and those that it gets; with their problems. */
record DimensionColumns(
    Binding binding, DimensionStatement statement, ScdType type, BoundSelect select) {
  private static final Set<DataType> INSTANTS =
      Set.of(DataType.Simple.TIMESTAMP, DataType.Simple.TIMESTAMPTZ, DataType.Simple.DATE);

  /** The columns of SEQUENCE BY. */
  List<String> sequenceBy() {
    Optional<Names> given =
        statement
            .from()
            .flatMap(Statement.From::by)
            .map(by -> new Names(List.of(by), by.offset()))
            .or(statement::sequenceBy);
    if (given.isEmpty()) {
      return List.of();
    }
    Names clause = given.get();
    List<String> names = binding.columns(text(), "SEQUENCE BY", clause, select);
    column(names.isEmpty() ? "" : names.getFirst())
        .filter(c -> !INSTANTS.contains(c.type()))
        .ifPresent(c ->
            problem(
                clause.names().getFirst(),
                "SEQUENCE BY needs a TIMESTAMP, TIMESTAMPTZ or DATE"
                    + (names.size() > 1 ? " first" : "")
                    + ", and "
                    + c.name()
                    + " is "
                    + c.type().sql()));
    return names;
  }

  /** The columns whose change makes a version, in output order. */
  List<String> tracked(List<String> keys, List<String> sequenceBy) {
    List<String> all = select.names().stream().filter(n -> !keys.contains(n)).toList();
    if (!type.hasVersions()) {
      if (statement.track().isPresent() && statement.part() == Part.WHOLE) {
        problem(
            statement.track().get().names().offset(),
            "TRACK HISTORY ON needs SCD TYPE 2, for TYPE "
                + statement.scdType().text()
                + " keeps no versions");
      }
      return all;
    }
    List<String> usual = all.stream().filter(n -> !sequenceBy.contains(n)).toList();
    return statement.track().map(c -> listed("TRACK HISTORY", c, keys, all, usual)).orElse(usual);
  }

  /** The columns in which NULL says nothing. */
  List<String> ignoreNulls(List<String> keys, List<String> sequenceBy) {
    List<String> all =
        select.names().stream().filter(n -> !keys.contains(n) && !sequenceBy.contains(n)).toList();
    return statement
        .ignoreNulls()
        .map(c -> listed("IGNORE NULL UPDATES", c, keys, all, all))
        .orElse(List.of());
  }

  /** In output order; a key column is a problem. */
  private List<String> listed(
      String clause, Columns columns, List<String> keys, List<String> all, List<String> usual) {
    List<String> names = binding.columns(text(), clause, columns.names(), select);
    for (Term term : columns.names().names()) {
      if (!columns.except() && keys.stream().anyMatch(term.text()::equalsIgnoreCase)) {
        problem(
            term, "the key column " + term.text() + " has no history: another key is another row");
      }
    }
    return columns.except()
        ? usual.stream().filter(n -> !names.contains(n)).toList()
        : all.stream().filter(names::contains).toList();
  }

  /** Columns of PREVIOUS VALUES with the names of those that hold their previous values. */
  SequencedMap<String, String> previous(List<String> keys) {
    SequencedMap<String, String> previous = new LinkedHashMap<>();
    if (type != ScdType.TYPE_3) {
      statement.previous().stream()
          .findFirst()
          .ifPresent(first -> problem(first.column(), "PREVIOUS VALUES needs SCD TYPE 3"));
      return previous;
    }
    if (statement.previous().isEmpty()) {
      binding
          .problems()
          .add(
              WarehouseError.WH_023_CLAUSE_MISSING,
              text(),
              statement.scdType().offset(),
              "the clause PREVIOUS VALUES (column [AS name], ...) is missing");
    }
    for (Renamed renamed : statement.previous()) {
      Optional<String> column = binding.column(text(), "PREVIOUS VALUES", renamed.column(), select);
      if (column.isPresent() && keys.contains(column.get())) {
        problem(renamed.column(), "a key column has no previous value: another key is another row");
      }
      column.ifPresent(name ->
          previous.put(name, renamed.name().map(Term::text).orElseGet(() -> "previous_" + name)));
    }
    return previous;
  }

  /** Where lookups say that keys are found; a key of another type is a problem of the lookup. */
  List<KeyInput> keyInputs(List<String> keys, List<Inference> inferences) {
    Set<KeyInput> inputs = new LinkedHashSet<>();
    for (Inference inference : inferences) {
      RowSchema table = binding.schema(inference.table());
      List<Column> columns =
          inference.columns().stream().flatMap(c -> table.column(c).stream()).toList();
      List<DataType> types =
          keys.stream().flatMap(k -> column(k).stream()).map(Column::type).toList();
      if (columns.size() == keys.size()
          && columns.stream().map(Column::type).toList().equals(types)) {
        inputs.add(new KeyInput(inference.table(), columns.stream().map(Column::name).toList()));
      } else {
        inference.problem(
            "members can be inferred from columns of the key's types, which are "
                + types.stream().map(DataType::sql).toList());
      }
    }
    return inputs.stream().sorted(Comparator.comparing(KeyInput::toString)).toList();
  }

  /** The dimension's columns; one that the SELECT or the dimension has already is a problem. */
  RowSchema schema(
      String surrogateKey,
      Optional<String> durableKey,
      List<String> tracked,
      SequencedMap<String, String> previous,
      OnDelete onDelete,
      List<KeyInput> keyInputs) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column(surrogateKey, DataType.Simple.BIGINT, false));
    durableKey.ifPresent(name -> columns.add(new Column(name, DataType.Simple.BIGINT, false)));
    columns.addAll(select.columns());
    previous.forEach((column, name) -> columns.add(like(column, name)));
    if (type == ScdType.TYPE_6) {
      tracked.forEach(column -> columns.add(like(column, Dimension.CURRENT + column)));
    }
    columns.add(new Column(Dimension.VALID_FROM, DataType.Simple.TIMESTAMPTZ, false));
    columns.add(new Column(Dimension.VALID_TO, DataType.Simple.TIMESTAMPTZ, false));
    columns.add(new Column(Dimension.IS_CURRENT, DataType.Simple.BOOLEAN, false));
    if (onDelete == OnDelete.FLAG) {
      columns.add(new Column(Dimension.IS_DELETED, DataType.Simple.BOOLEAN, false));
    }
    if (!keyInputs.isEmpty()) {
      columns.add(new Column(Dimension.IS_INFERRED, DataType.Simple.BOOLEAN, false));
      columns.add(new Column(Dimension.KNOWN_FROM, DataType.Simple.TIMESTAMPTZ, true));
    }
    Set<String> seen = new HashSet<>();
    for (Column column : columns) {
      if (!seen.add(column.name().toLowerCase(Locale.ROOT))) {
        binding
            .problems()
            .add(
                WarehouseError.WH_039_OUTPUT_COLUMN,
                text(),
                statement.header().selectOffset(),
                "the SELECT has a column " + column.name() + ", which the dimension adds itself",
                Optional.of("rename it"));
      }
    }
    return new RowSchema(columns, List.of(surrogateKey));
  }

  private Column like(String column, String name) {
    return new Column(name, column(column).orElseThrow().type(), true);
  }

  private Optional<Column> column(String name) {
    return select.columns().stream().filter(c -> c.name().equals(name)).findFirst();
  }

  private SourceText text() {
    return statement.header().text();
  }

  private void problem(Term at, String message) {
    problem(at.offset(), message);
  }

  private void problem(int offset, String message) {
    binding.problems().add(WarehouseError.WH_024_CLAUSE_VALUE, text(), offset, message);
  }
}
