package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.sql.BoundSelect;
import io.millrace.warehouse.statement.Statement.FactClause;
import io.millrace.warehouse.statement.Statement.Names;
import io.millrace.warehouse.statement.Statement.Term;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the FACT clause of a dynamic table against its grain and columns. */
final class FactBinder {
  private static final Set<DataType> INSTANTS =
      Set.of(DataType.Simple.TIMESTAMP, DataType.Simple.TIMESTAMPTZ, DataType.Simple.DATE);

  private final Binding binding;
  private final SourceText text;
  private final BoundSelect select;

  FactBinder(Binding binding, SourceText text, BoundSelect select) {
    this.binding = binding;
    this.text = text;
    this.select = select;
  }

  /**
   * The kind of fact; problems for what does not fit it.
   *
   * @param keys the declared grain; empty when none is
   */
  Fact bind(FactClause clause, List<String> keys) {
    if (keys.isEmpty()) {
      binding
          .problems()
          .add(
              WarehouseError.WH_023_CLAUSE_MISSING,
              text,
              clause.offset(),
              "a fact declares its grain: the clause KEYS (column, ...) is missing");
    }
    return switch (clause.kind()) {
      case TRANSACTION -> new Fact.Transaction();
      case PERIODIC_SNAPSHOT -> new Fact.PeriodicSnapshot(period(columns(clause), keys));
      case ACCUMULATING_SNAPSHOT -> new Fact.AccumulatingSnapshot(milestones(clause, keys));
    };
  }

  private static Names columns(FactClause clause) {
    return clause.columns().orElseThrow();
  }

  private List<String> period(Names names, List<String> keys) {
    List<String> period = binding.columns(text, "PERIODIC SNAPSHOT", names, select);
    for (Term term : names.names()) {
      if (!keys.isEmpty()
          && period.stream().anyMatch(term.text()::equalsIgnoreCase)
          && keys.stream().noneMatch(term.text()::equalsIgnoreCase)) {
        problem(
            term,
            "the period " + term.text() + " is no part of the grain",
            Optional.of("add it to KEYS"));
      }
    }
    return period;
  }

  private List<String> milestones(FactClause clause, List<String> keys) {
    Names names = columns(clause);
    List<String> milestones = binding.columns(text, "ACCUMULATING SNAPSHOT", names, select);
    if (names.names().size() < 2) {
      problem(names.names().getFirst(), "a course has two milestones at least", Optional.empty());
    }
    for (Term term : names.names()) {
      Optional<Column> column =
          select.columns().stream().filter(c -> c.name().equalsIgnoreCase(term.text())).findFirst();
      if (column.isPresent() && !INSTANTS.contains(column.get().type())) {
        problem(
            term,
            "a milestone is a TIMESTAMP, TIMESTAMPTZ or DATE, and "
                + column.get().name()
                + " is "
                + column.get().type().sql(),
            Optional.empty());
      } else if (keys.stream().anyMatch(term.text()::equalsIgnoreCase)) {
        problem(
            term,
            "the milestone " + term.text() + " is part of the grain",
            Optional.of("a milestone is filled in later, a key is there from the start"));
      }
    }
    return milestones;
  }

  private void problem(Term term, String message, Optional<String> hint) {
    binding.problems().add(WarehouseError.WH_024_CLAUSE_VALUE, text, term.offset(), message, hint);
  }
}
