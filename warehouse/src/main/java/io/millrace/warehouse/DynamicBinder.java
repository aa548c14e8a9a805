package io.millrace.warehouse;

import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.DynamicTable.Initialize;
import io.millrace.warehouse.DynamicTable.Lookup;
import io.millrace.warehouse.DynamicTable.OnChange;
import io.millrace.warehouse.DynamicTable.RefreshMode;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.sql.BoundSelect;
import io.millrace.warehouse.sql.Layer;
import io.millrace.warehouse.statement.Statement.Dynamic;
import io.millrace.warehouse.statement.Statement.Term;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Makes dynamic tables of their statements. */
final class DynamicBinder {
  private final Binding binding;
  private final TargetLag defaultLag;

  DynamicBinder(Binding binding, TargetLag defaultLag) {
    this.binding = binding;
    this.defaultLag = defaultLag;
  }

  /** Binds a statement; empty, with problems, when something is wrong. */
  Optional<DynamicTable> bind(ParsedTable parsed, Dynamic statement) {
    int before = binding.problems().count();
    SourceText text = statement.header().text();
    TargetLag lag = value(text, statement.targetLag(), PropertyValue::targetLag, defaultLag);
    RefreshMode mode =
        value(text, statement.refreshMode(), PropertyValue::refreshMode, RefreshMode.AUTO);
    Initialize initialize =
        value(text, statement.initialize(), PropertyValue::initialize, Initialize.ON_CREATE);
    OptionalDouble threshold =
        value(
            text,
            statement.cardinalityThreshold(),
            share -> OptionalDouble.of(PropertyValue.threshold(share)),
            OptionalDouble.empty());
    Optional<BoundSelect> bound = binding.bind(parsed, Layer.DYNAMIC, List.of());
    List<String> keys =
        bound.isPresent() && statement.keys().isPresent()
            ? binding.keys(text, "KEYS", statement.keys().get(), bound.get())
            : List.of();
    Optional<Fact> fact =
        bound.flatMap(select ->
            statement
                .fact()
                .map(clause -> new FactBinder(binding, text, select).bind(clause, keys)));
    List<String> partitionBy =
        bound.map(select -> binding.partitionBy(statement.header(), select)).orElse(List.of());
    if (bound.isEmpty() || binding.problems().count() > before) {
      return Optional.empty();
    }
    BoundSelect select = bound.get();
    if (mode == RefreshMode.INCREMENTAL) {
      requireIncremental(text, statement.refreshMode().orElseThrow(), select.algebra());
    }
    RowSchema schema = new RowSchema(select.columns(), keys.isEmpty() ? inferredKey(select) : keys);
    Definition definition = new Definition("dynamic", select, schema);
    binding.addLookups(definition, select);
    return Optional.of(
        new DynamicTable(
            parsed.name(),
            schema,
            parsed.inputs().tables(),
            definition.hash(),
            partitionBy,
            text.file(),
            lag,
            mode,
            statement.orReplace() ? OnChange.REPLACE : OnChange.WAIT,
            initialize,
            threshold,
            keys,
            fact,
            select.usesNow(),
            select.lookups().stream()
                .map(l -> new Lookup(l.dimension(), l.asOf(), l.column(), l.policy()))
                .toList(),
            statement.comment().map(Term::text),
            select.template(),
            select.algebra()));
  }

  /** Rows that only a nested value tells apart have no key: they are a bag. */
  private static List<String> inferredKey(BoundSelect select) {
    boolean nested =
        select.columns().stream()
            .filter(c -> select.inferredKey().contains(c.name()))
            .anyMatch(c -> c.type() instanceof DataType.Nested);
    return nested ? List.of() : select.inferredKey();
  }

  private void requireIncremental(SourceText text, Term term, Algebra algebra) {
    try {
      PropertyValue.requireIncremental(algebra);
    } catch (PropertyValue.Wrong e) {
      problem(text, term, e);
    }
  }

  /** Reads the text of a clause. */
  @FunctionalInterface
  private interface Reader<T> {
    T read(String text) throws PropertyValue.Wrong;
  }

  /** A clause's value; where it is not there or, with a problem, cannot be read, the usual one. */
  private <T> T value(SourceText text, Optional<Term> clause, Reader<T> reader, T usual) {
    if (clause.isEmpty()) {
      return usual;
    }
    try {
      return reader.read(clause.get().text());
    } catch (PropertyValue.Wrong e) {
      problem(text, clause.get(), e);
      return usual;
    }
  }

  private void problem(SourceText text, Term term, PropertyValue.Wrong wrong) {
    binding
        .problems()
        .add(wrong.code(), text, term.offset(), String.valueOf(wrong.getMessage()), wrong.hint());
  }
}
