package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.PlanReader;
import io.millrace.warehouse.algebra.Present;
import io.millrace.warehouse.algebra.Reason;
import io.millrace.warehouse.sql.Analysis.Bound;
import io.millrace.warehouse.sql.Analysis.Output;
import io.millrace.warehouse.sql.BoundSelect.BoundLookup;
import io.millrace.warehouse.sql.LookupRewrite.Rewritten;
import io.millrace.warehouse.sql.SqlTemplate.Piece;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Binds one SELECT: checks it, lets DuckDB bind its text over empty inputs, rewrites it, and binds
 * the rewritten text again. The analysis must hold the inputs' tables.
 */
public final class SelectBinder {
  private static final Set<String> ROW_OPERATORS =
      Set.of("LOGICAL_PROJECTION", "LOGICAL_FILTER", "LOGICAL_GET");

  private final Analysis analysis;
  private final Select select;
  private final Layer layer;
  private final Function<List<String>, Optional<RowSchema>> schemas;
  private final Function<TableName, LookupTarget> targets;
  private final Set<String> inputColumns = new HashSet<>();

  /**
   * For one SELECT.
   *
   * @param schemas columns and key of an input by the parts of its name, in lower case
   * @param targets dimensions as lookups see them
   */
  public SelectBinder(
      Analysis analysis,
      Select select,
      Layer layer,
      Function<List<String>, Optional<RowSchema>> schemas,
      Function<TableName, LookupTarget> targets) {
    this.analysis = analysis;
    this.select = select;
    this.layer = layer;
    this.schemas = schemas;
    this.targets = targets;
    for (ObjectNode node : Tree.objects(select.node())) {
      if (Tree.isType(node, Tree.BASE_TABLE)) {
        schemas
            .apply(Inputs.path(node))
            .ifPresent(s -> s.names().forEach(n -> inputColumns.add(n.toLowerCase(Locale.ROOT))));
      }
    }
  }

  /**
   * Binds.
   *
   * @param hidden input columns that {@code *} leaves out
   * @return empty, with problems, when something is wrong
   */
  public Optional<BoundSelect> bind(List<String> hidden) {
    int before = select.problems().count();
    new SelectChecks(select, layer, analysis.functions(), inputColumns).check();
    if (select.problems().count() > before || !bindsAsWritten()) {
      return Optional.empty();
    }
    ObjectNode tree = select.copy();
    List<Rewritten> calls = new LookupRewrite(analysis, select, targets).rewrite(tree);
    TemplateBuilder builder = new TemplateBuilder(select, tree);
    builder.exclude(hidden);
    boolean usesNow = builder.markNow(inputColumns);
    builder.markTables();
    if (select.problems().count() > before) {
      return Optional.empty();
    }
    SqlTemplate inner = builder.build(analysis);
    return switch (analysis.bind(inner.render(this::analysed, Optional.of(Instant.EPOCH)))) {
      case Bound.Failed(Failure failure) -> {
        afterRewrite(failure, calls);
        yield Optional.empty();
      }
      case Bound.Columns(List<Output> outputs) ->
          new OutputColumns(select)
              .of(outputs)
              .map(columns ->
                  bound(
                      inner,
                      outputs,
                      columns,
                      usesNow,
                      calls,
                      hidden,
                      refusing(builder, tree, outputs, columns)));
    };
  }

  private Optional<SqlTemplate> refusing(
      TemplateBuilder builder, ObjectNode tree, List<Output> outputs, List<Column> columns) {
    return layer == Layer.STAGING
        ? new RefusingSelect(analysis, tree, outputs, columns)
            .tree()
            .map(refusing -> builder.build(analysis, refusing))
            .filter(
                template -> analysis.bind(template.render(this::analysed)) instanceof Bound.Columns)
        : Optional.empty();
  }

  private boolean bindsAsWritten() {
    if (analysis.bind(select.text()) instanceof Bound.Failed(Failure failure)) {
      new BindProblems(select, analysis.functions(), schemas).add(failure);
      return false;
    }
    if (layer.rowByRow() && !ROW_OPERATORS.containsAll(analysis.operators(select.text()))) {
      select.problem(
          WarehouseError.WH_034_NOT_ROW_BY_ROW,
          select.node(),
          "this SELECT does not make its rows one by one from one table",
          Optional.of("do it in a dynamic table"));
      return false;
    }
    return true;
  }

  /** The text was good as written, so a lookup is at fault. */
  private void afterRewrite(Failure failure, List<Rewritten> calls) {
    JsonNode at = calls.isEmpty() ? select.node() : calls.getFirst().call().node();
    select.problem(
        calls.isEmpty() ? WarehouseError.WH_038_SELECT_INVALID : WarehouseError.WH_041_LOOKUP,
        at,
        "as a join, this lookup cannot be bound: " + failure.message(),
        Optional.of("look up in a subquery, over columns of its FROM, and group outside"));
  }

  private BoundSelect bound(
      SqlTemplate inner,
      List<Output> outputs,
      List<Column> columns,
      boolean usesNow,
      List<Rewritten> calls,
      List<String> hidden,
      Optional<SqlTemplate> refusing) {
    JsonNode query = select.node();
    boolean plainSelect = Tree.isType(query, Tree.SELECT_NODE);
    List<String> names = columns.stream().map(Column::name).toList();
    Optional<RowSchema> one =
        plainSelect && Tree.isType(query.path("from_table"), Tree.BASE_TABLE)
            ? schemas.apply(Inputs.path(query.path("from_table")))
            : Optional.empty();
    SqlTemplate template = new SqlTemplate(cast(inner.pieces(), outputs, columns));
    return new BoundSelect(
        columns,
        template,
        analysis.render(select.copy()),
        usesNow,
        calls.stream()
            .map(c ->
                new BoundLookup(
                    c.call().dimension(),
                    c.call().asOf().isPresent(),
                    c.call().durable(),
                    c.column(),
                    c.call().policy()))
            .toList(),
        plainSelect ? inferredKey(query, names) : List.of(),
        one.map(input -> Projection.plain(query, input, hidden)).orElse(Map.of()),
        one.map(input -> Projection.read(query, input.names(), hidden)).orElse(Set.of()),
        layer == Layer.DYNAMIC
            ? PlanReader.read(
                analysis.plan(template.fill(this::analysed, now -> Present.sql(now.sql()))))
            : new Algebra.Unknown(Reason.NO_PLAN, "row by row"),
        refusing);
  }

  private List<String> inferredKey(JsonNode query, List<String> names) {
    if (analysis.functions().makesRows(query.path("select_list"))) {
      return List.of();
    }
    return GroupKey.isGrouped(query)
        ? new GroupKey(query, names, analysis.functions(), this::isInputColumn).infer()
        : new RowKey(query, names, analysis.functions(), schemas).infer();
  }

  /** Whether a plain name means something in FROM, so that no alias is meant by it. */
  private boolean isInputColumn(JsonNode name) {
    ObjectNode tree = select.copy();
    ObjectNode query = (ObjectNode) tree.path("statements").path(0).path("node");
    query.putArray("select_list").add(name.deepCopy());
    query.putArray("modifiers");
    query.putArray("group_expressions");
    query.putArray("group_sets");
    query.put("aggregate_handling", "STANDARD_HANDLING");
    Stream.of("where_clause", "having", "qualify").forEach(query::putNull);
    return analysis.bind(analysis.render(tree)) instanceof Bound.Columns;
  }

  /** Wraps the query so that each column has its stored type. */
  private static List<Piece> cast(List<Piece> inner, List<Output> outputs, List<Column> columns) {
    List<String> items = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      String name = Identifiers.quote(column.name());
      items.add(
          column.type().sql().equals(outputs.get(i).type())
              ? name
              : "CAST(" + name + " AS " + column.type().sql() + ") AS " + name);
    }
    List<Piece> pieces = new ArrayList<>();
    pieces.add(new Piece.Text("SELECT " + String.join(", ", items) + " FROM ("));
    pieces.addAll(inner);
    pieces.add(
        new Piece.Text(
            columns.stream()
                .map(c -> Identifiers.quote(c.name()))
                .collect(Collectors.joining(", ", ") AS \"__query\"(", ")"))));
    return pieces;
  }

  private String analysed(TableName table) {
    String name = Identifiers.quote(table);
    return layer == Layer.STAGING ? "raw." + name : name;
  }
}
