package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
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
    if (select.isEmpty() || statement.keys().names().isEmpty()) {
      return Optional.empty();
    }
    SequencedMap<String, String> keys = keys(statement, raw, rawSchema, select.get());
    List<String> partitionBy = binding.partitionBy(statement.header(), select.get());
    if (binding.problems().count() > before) {
      return Optional.empty();
    }
    return Optional.of(table(parsed, raw, rawSchema, select.get(), keys, partitionBy));
  }

  private static StagingTable table(
      ParsedTable parsed,
      RawName raw,
      RowSchema rawSchema,
      BoundSelect select,
      SequencedMap<String, String> keys,
      List<String> partitionBy) {
    List<Column> columns =
        select.columns().stream().map(c -> nullability(c, rawSchema, select)).toList();
    RowSchema schema = new RowSchema(columns, List.copyOf(keys.keySet()));
    List<String> used =
        rawSchema.names().stream()
            .filter(
                c -> select.read().contains(c.toLowerCase(Locale.ROOT)) || keys.containsValue(c))
            .toList();
    String definition =
        new Definition("staging", select, schema)
            .add("raw key", rawSchema.key().toArray(String[]::new))
            .hash();
    return new StagingTable(
        parsed.name(),
        schema,
        definition,
        partitionBy,
        parsed.statement().header().text().file(),
        raw.source(),
        raw.resource(),
        rawSchema,
        used,
        keys,
        select.template());
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

  private static Set<String> lower(List<String> names) {
    return names.stream().map(n -> n.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }
}
