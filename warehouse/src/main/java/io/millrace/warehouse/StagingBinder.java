package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.StagingTable.Rows;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.sql.BoundSelect;
import io.millrace.warehouse.sql.Inputs.RawName;
import io.millrace.warehouse.sql.Layer;
import io.millrace.warehouse.statement.Statement;
import io.millrace.warehouse.statement.Statement.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes staging tables of their statements. */
final class StagingBinder {
  private final Binding binding;

  StagingBinder(Binding binding) {
    this.binding = binding;
  }

  /**
   * Binds a statement over its raw resource, which the binding must know.
   *
   * @return empty, with problems, when something is wrong
   */
  Optional<StagingTable> bind(
      ParsedTable parsed, Statement.Staging statement, RawName raw, RowSchema rawSchema) {
    int before = binding.problems().count();
    List<String> pseudo = PseudoColumns.ALL.stream().map(Column::name).toList();
    Optional<BoundSelect> select = binding.bind(parsed, Layer.STAGING, pseudo);
    if (select.isEmpty()) {
      return Optional.empty();
    }
    Grain grain = grain(statement, raw, rawSchema, select.get());
    List<String> partitionBy = binding.partitionBy(statement.header(), select.get());
    if (binding.problems().count() > before || grain.isUnknown()) {
      return Optional.empty();
    }
    return Optional.of(table(parsed, raw, rawSchema, select.get(), grain, partitionBy));
  }

  /**
   * What its rows are.
   *
   * @param keys staged key column -> raw key column
   * @param schema its columns and the key that tells them apart
   */
  private record Grain(Rows rows, SequencedMap<String, String> keys, RowSchema schema) {
    /** KEYS are missing, which was said before. */
    boolean isUnknown() {
      return rows == Rows.LATEST && keys.isEmpty();
    }
  }

  private Grain grain(
      Statement.Staging statement, RawName raw, RowSchema rawSchema, BoundSelect select) {
    List<Column> filled =
        select.columns().stream().map(c -> nullability(c, rawSchema, select)).toList();
    if (statement.every().isEmpty()) {
      SequencedMap<String, String> keys = keys(statement, raw, rawSchema, select);
      return new Grain(Rows.LATEST, keys, new RowSchema(filled, List.copyOf(keys.keySet())));
    }
    SequencedMap<String, String> none = new LinkedHashMap<>();
    if (statement.every().get().text().equals("APPEND")) {
      return new Grain(Rows.APPENDED, none, new RowSchema(filled, List.of()));
    }
    requireOperation(statement, select);
    List<String> position = position(statement, select).stream().toList();
    List<Column> columns =
        select.columns().stream()
            .map(c -> position.contains(c.name()) ? new Column(c.name(), c.type(), false) : c)
            .toList();
    return new Grain(Rows.HISTORY, none, new RowSchema(columns, position));
  }

  private static StagingTable table(
      ParsedTable parsed,
      RawName raw,
      RowSchema rawSchema,
      BoundSelect select,
      Grain grain,
      List<String> partitionBy) {
    List<String> used =
        rawSchema.names().stream()
            .filter(c ->
                select.read().contains(c.toLowerCase(Locale.ROOT)) || grain.keys().containsValue(c))
            .toList();
    Definition definition =
        new Definition("staging", select, grain.schema())
            .add("raw key", rawSchema.key().toArray(String[]::new));
    if (grain.rows() != Rows.LATEST) {
      definition.add("rows", grain.rows().name());
    }
    return new StagingTable(
        parsed.name(),
        grain.schema(),
        definition.hash(),
        partitionBy,
        parsed.statement().header().text().file(),
        raw.source(),
        raw.resource(),
        grain.rows(),
        rawSchema,
        used,
        grain.keys(),
        select.template(),
        select.refusing());
  }

  /** A column that passes through unchanged is as nullable as the raw one. */
  private static Column nullability(Column column, RowSchema rawSchema, BoundSelect select) {
    boolean filled =
        Optional.ofNullable(select.plain().get(column.name().toLowerCase(Locale.ROOT)))
            .flatMap(rawSchema::column)
            .filter(raw -> !raw.nullable() || rawSchema.key().contains(raw.name()))
            .isPresent();
    return new Column(column.name(), column.type(), !filled);
  }

  private SequencedMap<String, String> keys(
      Statement.Staging statement, RawName raw, RowSchema rawSchema, BoundSelect select) {
    SourceText text = statement.header().text();
    Names clause = statement.keys();
    SequencedMap<String, String> keys = new LinkedHashMap<>();
    if (clause.names().isEmpty()) {
      return keys;
    }
    List<String> names = binding.keys(text, "KEYS", clause, select);
    for (String name : names) {
      keys.put(name, select.plain().getOrDefault(name.toLowerCase(Locale.ROOT), ""));
    }
    boolean exact =
        names.size() != clause.names().size()
            || (!rawSchema.key().isEmpty()
                && keys.size() == rawSchema.key().size()
                && lower(List.copyOf(keys.values())).equals(lower(rawSchema.key())));
    if (!exact) {
      binding
          .problems()
          .add(
              WarehouseError.WH_040_STAGING_KEY,
              text,
              clause.offset(),
              rawSchema.key().isEmpty()
                  ? raw + " has no primary key, so nothing can tell its rows apart"
                  : "KEYS must be the key of "
                      + raw
                      + " ("
                      + String.join(", ", rawSchema.key())
                      + "), its columns unchanged, under any names");
    }
    return keys;
  }

  /** The output column that is the place of the change in the source, which tells images apart. */
  private Optional<String> position(Statement.Staging statement, BoundSelect select) {
    Optional<String> column =
        select.names().stream()
            .filter(c ->
                PseudoColumns.POSITION
                    .name()
                    .equals(select.plain().get(c.toLowerCase(Locale.ROOT))))
            .findFirst();
    if (column.isEmpty()) {
      historyProblem(
          statement,
          "the rows of a HISTORY are told apart by their place in the source",
          "select _position too, under a name of your own");
    }
    return column;
  }

  /** Deletes are rows of a history, and look as any other without their operation. */
  private void requireOperation(Statement.Staging statement, BoundSelect select) {
    if (!select.read().contains(PseudoColumns.OP.name())) {
      historyProblem(
          statement,
          "deletes are rows of a HISTORY, and nothing tells them from others here",
          "select _op too, under a name of your own, or leave them out by it with WHERE");
    }
  }

  private void historyProblem(Statement.Staging statement, String what, String hint) {
    binding
        .problems()
        .add(
            WarehouseError.WH_040_STAGING_KEY,
            statement.header().text(),
            statement.every().orElseThrow().offset(),
            what,
            Optional.of(hint));
  }

  private static Set<String> lower(List<String> names) {
    return names.stream().map(n -> n.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }
}
