package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.sql.BoundSelect;
import io.millrace.warehouse.sql.Layer;
import io.millrace.warehouse.statement.Statement.DimensionStatement;
import io.millrace.warehouse.statement.Statement.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes dimensions of their statements. */
final class DimensionBinder {
  private static final Set<DataType> INSTANTS =
      Set.of(DataType.Simple.TIMESTAMP, DataType.Simple.TIMESTAMPTZ, DataType.Simple.DATE);

  private final Binding binding;

  DimensionBinder(Binding binding) {
    this.binding = binding;
  }

  /** Binds a statement; empty, with problems, when something is wrong. */
  Optional<Dimension> bind(ParsedTable parsed, DimensionStatement statement) {
    int before = binding.problems().count();
    Optional<BoundSelect> select = binding.bind(parsed, Layer.DIMENSION, List.of());
    if (select.isEmpty() || statement.keys().names().isEmpty()) {
      return Optional.empty();
    }
    Dimension dimension = dimension(parsed, statement, select.get());
    return binding.problems().count() == before ? Optional.of(dimension) : Optional.empty();
  }

  private Dimension dimension(
      ParsedTable parsed, DimensionStatement statement, BoundSelect select) {
    SourceText text = statement.header().text();
    ScdType type = statement.scdType().text().equals("2") ? ScdType.TYPE_2 : ScdType.TYPE_1;
    List<String> keys = binding.columns(text, "KEYS", statement.keys(), select);
    Optional<String> sequenceBy =
        statement.sequenceBy().flatMap(term -> sequenceBy(text, term, select));
    String surrogateKey =
        statement.surrogateKey().map(Term::text).orElse(parsed.name().name() + "_sk");
    List<String> tracked = tracked(statement, type, keys, sequenceBy, select);
    RowSchema schema = schema(statement, surrogateKey, select);
    String definition =
        new Definition("dimension", select, schema)
            .add("natural key", keys.toArray(String[]::new))
            .add("sequence by", sequenceBy.orElse(""))
            .add("scd", type.name())
            .add("tracked", tracked.toArray(String[]::new))
            .add("on delete", OnDelete.CLOSE.name())
            .hash();
    return new Dimension(
        parsed.name(),
        schema,
        definition,
        text.file(),
        parsed.inputs().tables().getFirst(),
        keys,
        sequenceBy,
        type,
        tracked,
        surrogateKey,
        OnDelete.CLOSE,
        new RowSchema(select.columns(), keys),
        select.template());
  }

  private Optional<String> sequenceBy(SourceText text, Term term, BoundSelect select) {
    Optional<String> name = binding.column(text, "SEQUENCE BY", term, select);
    name.flatMap(n -> select.columns().stream().filter(c -> c.name().equals(n)).findFirst())
        .filter(c -> !INSTANTS.contains(c.type()))
        .ifPresent(c ->
            binding
                .problems()
                .add(
                    WarehouseError.WH_024_CLAUSE_VALUE,
                    text,
                    term.offset(),
                    "SEQUENCE BY needs a TIMESTAMP, TIMESTAMPTZ or DATE, and "
                        + c.name()
                        + " is "
                        + c.type().sql()));
    return name;
  }

  private List<String> tracked(
      DimensionStatement statement,
      ScdType type,
      List<String> keys,
      Optional<String> sequenceBy,
      BoundSelect select) {
    List<String> all = select.names().stream().filter(n -> !keys.contains(n)).toList();
    if (statement.track().isEmpty()) {
      return type == ScdType.TYPE_1
          ? all
          : all.stream().filter(n -> sequenceBy.filter(n::equals).isEmpty()).toList();
    }
    SourceText text = statement.header().text();
    if (type == ScdType.TYPE_1) {
      binding
          .problems()
          .add(
              WarehouseError.WH_024_CLAUSE_VALUE,
              text,
              statement.track().get().offset(),
              "TRACK HISTORY ON needs SCD TYPE 2, for TYPE 1 keeps no history");
    }
    List<String> listed = binding.columns(text, "TRACK HISTORY", statement.track().get(), select);
    for (Term term : statement.track().get().names()) {
      if (keys.stream().anyMatch(term.text()::equalsIgnoreCase)) {
        binding
            .problems()
            .add(
                WarehouseError.WH_024_CLAUSE_VALUE,
                text,
                term.offset(),
                "the key column " + term.text() + " has no history: another key is another row");
      }
    }
    return all.stream().filter(listed::contains).toList();
  }

  private RowSchema schema(DimensionStatement statement, String surrogateKey, BoundSelect select) {
    for (String own :
        List.of(surrogateKey, Dimension.VALID_FROM, Dimension.VALID_TO, Dimension.IS_CURRENT)) {
      if (select.names().stream().anyMatch(own::equalsIgnoreCase)) {
        binding
            .problems()
            .add(
                WarehouseError.WH_039_OUTPUT_COLUMN,
                statement.header().text(),
                statement.header().selectOffset(),
                "the SELECT has a column " + own + ", which the dimension adds itself",
                Optional.of("rename it"));
      }
    }
    List<Column> columns = new ArrayList<>();
    columns.add(new Column(surrogateKey, DataType.Simple.BIGINT, false));
    columns.addAll(select.columns());
    columns.add(new Column(Dimension.VALID_FROM, DataType.Simple.TIMESTAMPTZ, false));
    columns.add(new Column(Dimension.VALID_TO, DataType.Simple.TIMESTAMPTZ, false));
    columns.add(new Column(Dimension.IS_CURRENT, DataType.Simple.BOOLEAN, false));
    return new RowSchema(columns, List.of(surrogateKey));
  }
}
