package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.DynamicTable.Initialize;
import io.millrace.warehouse.DynamicTable.Lookup;
import io.millrace.warehouse.DynamicTable.OnChange;
import io.millrace.warehouse.DynamicTable.RefreshMode;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Block;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Reason;
import io.millrace.warehouse.problem.Nearest;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.sql.BoundSelect;
import io.millrace.warehouse.sql.Layer;
import io.millrace.warehouse.statement.Statement.Dynamic;
import io.millrace.warehouse.statement.Statement.Term;
import java.util.List;
import java.util.Locale;
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
    TargetLag lag = statement.targetLag().map(t -> targetLag(text, t)).orElse(defaultLag);
    RefreshMode mode =
        statement.refreshMode().map(t -> refreshMode(text, t)).orElse(RefreshMode.AUTO);
    Initialize initialize =
        statement.initialize().map(t -> initialize(text, t)).orElse(Initialize.ON_CREATE);
    OptionalDouble threshold =
        statement
            .cardinalityThreshold()
            .map(t -> OptionalDouble.of(threshold(text, t)))
            .orElse(OptionalDouble.empty());
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
    Optional<String> why =
        switch (algebra) {
          case Algebra.Unknown(Reason reason, String construct) ->
              Optional.of(construct + " (" + reason + ": " + reason.text() + ")");
          case Algebra.Known(Node root) ->
              Block.of(root)
                  .whole()
                  .map(b -> b.what() + " (" + b.reason() + ": " + b.reason().text() + ")");
        };
    why.ifPresent(reason ->
        binding
            .problems()
            .add(
                WarehouseError.WH_064_NOT_INCREMENTAL,
                text,
                term.offset(),
                "REFRESH_MODE = INCREMENTAL is not possible: " + reason,
                Optional.of("AUTO takes the cheapest way there is")));
  }

  private TargetLag targetLag(SourceText text, Term term) {
    Optional<TargetLag> lag = TargetLag.parse(term.text());
    if (lag.isEmpty()) {
      binding
          .problems()
          .add(
              WarehouseError.WH_024_CLAUSE_VALUE,
              text,
              term.offset(),
              "TARGET_LAG must be " + TargetLag.FORM);
    }
    return lag.orElse(defaultLag);
  }

  private Initialize initialize(SourceText text, Term term) {
    return switch (term.text().toUpperCase(Locale.ROOT)) {
      case "ON_CREATE" -> Initialize.ON_CREATE;
      case "ON_SCHEDULE" -> Initialize.ON_SCHEDULE;
      default -> {
        binding
            .problems()
            .add(
                WarehouseError.WH_024_CLAUSE_VALUE,
                text,
                term.offset(),
                "there is no INITIALIZE " + term.text(),
                Nearest.hint(term.text(), List.of("ON_CREATE", "ON_SCHEDULE")));
        yield Initialize.ON_CREATE;
      }
    };
  }

  private double threshold(SourceText text, Term term) {
    // Numbers of the tokenizer are digits and dots.
    double value =
        term.text().matches("[0-9]+(\\.[0-9]+)?") ? Double.parseDouble(term.text()) : Double.NaN;
    if (!(value >= 0 && value <= 1)) {
      binding
          .problems()
          .add(
              WarehouseError.WH_024_CLAUSE_VALUE,
              text,
              term.offset(),
              "CARDINALITY_THRESHOLD is a share from 0 to 1, and " + term.text() + " is none");
    }
    return value;
  }

  private RefreshMode refreshMode(SourceText text, Term term) {
    return switch (term.text().toUpperCase(Locale.ROOT)) {
      case "AUTO" -> RefreshMode.AUTO;
      case "FULL" -> RefreshMode.FULL;
      case "INCREMENTAL" -> RefreshMode.INCREMENTAL;
      default -> {
        binding
            .problems()
            .add(
                WarehouseError.WH_024_CLAUSE_VALUE,
                text,
                term.offset(),
                "there is no REFRESH_MODE " + term.text(),
                Nearest.hint(term.text(), List.of("AUTO", "FULL", "INCREMENTAL")));
        yield RefreshMode.AUTO;
      }
    };
  }
}
