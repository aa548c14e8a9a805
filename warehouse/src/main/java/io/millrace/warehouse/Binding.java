package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.problem.Nearest;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.sql.Analysis;
import io.millrace.warehouse.sql.BoundSelect;
import io.millrace.warehouse.sql.Layer;
import io.millrace.warehouse.sql.LookupTarget;
import io.millrace.warehouse.sql.Select;
import io.millrace.warehouse.sql.SelectBinder;
import io.millrace.warehouse.statement.Statement.Condition;
import io.millrace.warehouse.statement.Statement.Header;
import io.millrace.warehouse.statement.Statement.Names;
import io.millrace.warehouse.statement.Statement.Term;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/** What binders of the three kinds of tables share: the tables bound so far and the checks. */
final class Binding {
  private final Analysis analysis;
  private final Problems problems;
  private final Map<TableName, Table> bound = new LinkedHashMap<>();
  private final Map<List<String>, RowSchema> schemas = new LinkedHashMap<>();

  Binding(Analysis analysis, Problems problems) {
    this.analysis = analysis;
    this.problems = problems;
  }

  Problems problems() {
    return problems;
  }

  /** Makes a raw resource known to SELECTs. */
  void addRaw(String source, String resource, RowSchema schema) {
    List<String> path = List.of("raw", source, resource);
    if (schemas.putIfAbsent(path, schema) == null) {
      analysis.createTable(path, new RawColumns(schema).withPseudo());
    }
  }

  /** Makes a table known to SELECTs. */
  void add(Table table) {
    bound.put(table.name(), table);
    List<String> path = List.of(table.name().schema(), table.name().name());
    schemas.put(path, table.schema());
    analysis.createTable(path, table.schema().columns());
  }

  boolean isBound(TableName table) {
    return bound.containsKey(table);
  }

  /** The columns and key of a table that is bound. */
  RowSchema schema(TableName table) {
    return Optional.ofNullable(bound.get(table)).orElseThrow().schema();
  }

  /** The tables bound so far, in the order in which they were added. */
  List<Table> tables() {
    return List.copyOf(bound.values());
  }

  Optional<BoundSelect> bind(ParsedTable table, Layer layer, List<String> hidden) {
    return bind(table.select(), layer, hidden);
  }

  /**
   * Binds the SELECT of a table that was bound, with conditions as further columns.
   *
   * @param conditions by the names of their columns
   */
  Optional<BoundSelect> bindWith(
      ParsedTable table, Layer layer, SequencedMap<String, Condition> conditions) {
    Select select = table.select();
    for (Map.Entry<String, Condition> condition : conditions.entrySet()) {
      SourceText text = table.statement().header().text();
      int offset = condition.getValue().offset();
      Optional<Select> more =
          select.with(analysis, condition.getValue().sql(), condition.getKey(), offset);
      if (more.isEmpty()) {
        return Optional.empty();
      }
      select = more.get();
      Optional<BoundSelect> bound = bind(select, layer, List.of());
      if (bound.isEmpty()) {
        select.problems().sorted().stream()
            .findFirst()
            .ifPresent(p -> problems.add(p.code(), text, offset, p.message()));
        return Optional.empty();
      }
      Column column = bound.get().columns().getLast();
      if (column.type() != DataType.Simple.BOOLEAN) {
        problems.add(
            WarehouseError.WH_024_CLAUSE_VALUE,
            text,
            offset,
            "a condition is BOOLEAN, and this is " + column.type().sql());
        return Optional.empty();
      }
    }
    return bind(select, layer, List.of());
  }

  private Optional<BoundSelect> bind(Select select, Layer layer, List<String> hidden) {
    return new SelectBinder(
            analysis,
            select,
            layer,
            path -> Optional.ofNullable(schemas.get(path)),
            this::lookupTarget)
        .bind(hidden);
  }

  /** The canonical names of output columns that a clause lists; problems for those not there. */
  List<String> columns(SourceText text, String clause, Names names, BoundSelect select) {
    Set<String> seen = new HashSet<>();
    for (Term term : names.names()) {
      if (!seen.add(term.text().toLowerCase(Locale.ROOT))) {
        problems.add(
            WarehouseError.WH_014_DUPLICATE_NAME,
            text,
            term.offset(),
            clause + " lists " + term.text() + " twice");
      }
    }
    return names.names().stream().flatMap(t -> column(text, clause, t, select).stream()).toList();
  }

  /** As {@link #columns}, for a clause whose columns tell rows apart. */
  List<String> keys(SourceText text, String clause, Names names, BoundSelect select) {
    for (Term term : names.names()) {
      select.columns().stream()
          .filter(c -> c.name().equalsIgnoreCase(term.text()))
          .filter(c -> c.type() instanceof DataType.Nested)
          .forEach(c ->
              problems.add(
                  WarehouseError.WH_024_CLAUSE_VALUE,
                  text,
                  term.offset(),
                  clause + " names " + c.name() + ", but " + c.type().sql() + " cannot be a key",
                  Optional.of("take columns of plain types, such as fields of it")));
    }
    return columns(text, clause, names, select);
  }

  /** The columns of the clause PARTITION BY, of types whose text all engines write alike. */
  List<String> partitionBy(Header header, BoundSelect select) {
    if (header.partitionBy().isEmpty()) {
      return List.of();
    }
    Names clause = header.partitionBy().get();
    List<String> names = columns(header.text(), "PARTITION BY", clause, select);
    for (Term term : clause.names()) {
      select.columns().stream()
          .filter(c -> c.name().equalsIgnoreCase(term.text()))
          .filter(c -> !c.type().partitions())
          .forEach(c ->
              problems.add(
                  WarehouseError.WH_024_CLAUSE_VALUE,
                  header.text(),
                  term.offset(),
                  "PARTITION BY names " + c.name() + ", which is " + c.type().sql(),
                  Optional.of("it takes BOOLEAN, VARCHAR, DATE and integers")));
    }
    if (names.size() == select.columns().size()) {
      problems.add(
          WarehouseError.WH_024_CLAUSE_VALUE,
          header.text(),
          clause.offset(),
          "PARTITION BY names all columns, and files need one");
    }
    return names;
  }

  /** The canonical name of an output column that a clause names. */
  Optional<String> column(SourceText text, String clause, Term term, BoundSelect select) {
    Optional<String> name =
        select.names().stream().filter(term.text()::equalsIgnoreCase).findFirst();
    if (name.isEmpty()) {
      problems.add(
          WarehouseError.WH_036_UNKNOWN_COLUMN,
          text,
          term.offset(),
          clause + " names " + term.text() + ", which is no output column of the SELECT",
          Nearest.hint(term.text(), select.names()));
    }
    return name;
  }

  private LookupTarget lookupTarget(TableName name) {
    if (bound.get(name) instanceof Dimension dimension) {
      return new LookupTarget(
          name,
          dimension.keys(),
          dimension.surrogateKey(),
          dimension.durableKey(),
          dimension.scdType().hasVersions());
    }
    if (bound.get(name) instanceof Calendar) {
      return new LookupTarget(
          name, List.of(Calendar.DATE), Calendar.DATE_KEY, Optional.empty(), false);
    }
    throw new IllegalStateException(name + " is looked up before it is bound");
  }

  /** The keys and kinds of looked-up dimensions, which are part of a definition. */
  void addLookups(Definition definition, BoundSelect select) {
    for (BoundSelect.BoundLookup lookup : select.lookups()) {
      LookupTarget target = lookupTarget(lookup.dimension());
      definition
          .add("lookup", target.dimension().toString(), target.surrogateKey())
          .add("lookup key", target.keys().toArray(String[]::new));
      if (lookup.durable()) {
        definition.add("lookup durable", target.durableKey().orElse(""));
      }
    }
  }
}
