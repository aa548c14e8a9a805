package io.millrace.warehouse;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.Dimension.Deletes;
import io.millrace.warehouse.Dimension.Feed;
import io.millrace.warehouse.Dimension.KeyInput;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.sql.BoundSelect;
import io.millrace.warehouse.sql.Inference;
import io.millrace.warehouse.sql.Layer;
import io.millrace.warehouse.statement.Statement.Condition;
import io.millrace.warehouse.statement.Statement.DimensionStatement;
import io.millrace.warehouse.statement.Statement.DimensionStatement.Part;
import io.millrace.warehouse.statement.Statement.Term;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/** Makes dimensions of their statements. */
final class DimensionBinder {
  private final Binding binding;
  private final List<Inference> inferences;

  /**
   * @param inferences lookups that ask the dimension to infer members, over tables that are bound
   */
  DimensionBinder(Binding binding, List<Inference> inferences) {
    this.binding = binding;
    this.inferences = List.copyOf(inferences);
  }

  /** Binds a statement of one table; empty, with problems, when something is wrong. */
  Optional<Dimension> bind(ParsedTable parsed, DimensionStatement statement) {
    int before = binding.problems().count();
    Optional<BoundSelect> select = binding.bind(parsed, Layer.DIMENSION, List.of());
    if (select.isEmpty() || (statement.keys().names().isEmpty() && !statement.combinations())) {
      return Optional.empty();
    }
    SequencedMap<String, Condition> conditions = new LinkedHashMap<>();
    statement
        .deletes()
        .flatMap(d -> d.when())
        .ifPresent(when -> conditions.put(Deletes.IS_END, when));
    statement.truncates().ifPresent(when -> conditions.put(Deletes.IS_TRUNCATE, when));
    Optional<BoundSelect> marked =
        conditions.isEmpty() ? select : binding.bindWith(parsed, Layer.DIMENSION, conditions);
    if (marked.isEmpty()) {
      return Optional.empty();
    }
    Dimension dimension = dimension(parsed, statement, select.get(), marked.get());
    return binding.problems().count() == before ? Optional.of(dimension) : Optional.empty();
  }

  private Dimension dimension(
      ParsedTable parsed, DimensionStatement statement, BoundSelect select, BoundSelect marked) {
    SourceText text = statement.header().text();
    ScdType type = type(statement);
    DimensionColumns columns = new DimensionColumns(binding, statement, type, select);
    List<String> keys = keys(statement, select);
    Feed feed = feed(statement);
    List<String> sequenceBy = columns.sequenceBy();
    requireGrain(parsed, statement, feed, keys, select);
    List<String> tracked = columns.tracked(keys, sequenceBy);
    List<String> ignoreNulls = columns.ignoreNulls(keys, sequenceBy);
    SequencedMap<String, String> previous = columns.previous(keys);
    Deletes deletes =
        new Deletes(
            statement
                .deletes()
                .map(d -> OnDelete.valueOf(d.action().text()))
                .orElse(OnDelete.CLOSE),
            statement.deletes().flatMap(d -> d.when()).isPresent(),
            statement.truncates().isPresent());
    String surrogateKey = surrogateKey(parsed, statement);
    Optional<String> durableKey = durableKey(parsed, statement, type);
    List<KeyInput> keyInputs = columns.keyInputs(keys, inferences);
    RowSchema schema =
        columns.schema(surrogateKey, durableKey, tracked, previous, deletes.action(), keyInputs);
    Definition definition =
        new Definition("dimension", marked, schema)
            .add("from", feed.name())
            .add("natural key", keys.toArray(String[]::new))
            .add("sequence by", sequenceBy.toArray(String[]::new))
            .add("scd", type.name())
            .add("tracked", tracked.toArray(String[]::new))
            .add("ignore nulls", ignoreNulls.toArray(String[]::new))
            .add("previous", previous.keySet().toArray(String[]::new))
            .add("on delete", deletes.action().name());
    keyInputs.forEach(input ->
        definition
            .add("infer from", input.table().toString())
            .add("infer key", input.columns().toArray(String[]::new)));
    return new Dimension(
        parsed.name(),
        schema,
        definition.hash(),
        binding.partitionBy(statement.header(), select),
        text.file(),
        parsed.inputs().tables().getFirst(),
        keyInputs,
        feed,
        keys,
        sequenceBy,
        type,
        tracked,
        ignoreNulls,
        surrogateKey,
        durableKey,
        previous,
        deletes,
        new RowSchema(select.columns(), keys),
        List.of(),
        marked.template());
  }

  private List<String> keys(DimensionStatement statement, BoundSelect select) {
    List<String> keys = binding.keys(statement.header().text(), "KEYS", statement.keys(), select);
    if (statement.combinations() && !keys.isEmpty() && keys.size() < select.names().size()) {
      problem(
          WarehouseError.WH_024_CLAUSE_VALUE,
          statement,
          statement.keys().offset(),
          "of SELECT DISTINCT all columns are the key: leave KEYS out");
    }
    return statement.combinations() && statement.keys().names().isEmpty() ? select.names() : keys;
  }

  private Feed feed(DimensionStatement statement) {
    Feed feed =
        statement
            .from()
            .map(from ->
                from.kind().text().equals("HISTORY")
                    ? Feed.HISTORY
                    : from.by().isPresent() ? Feed.SNAPSHOTS : Feed.REPLACED)
            .orElse(Feed.ROWS);
    if (feed == Feed.HISTORY && statement.sequenceBy().isEmpty()) {
      problem(
          WarehouseError.WH_023_CLAUSE_MISSING,
          statement,
          statement.header().nameOffset(),
          "the clause SEQUENCE BY is missing, which puts the rows of a history in order");
    }
    if (feed == Feed.SNAPSHOTS && statement.sequenceBy().isPresent()) {
      problem(
          WarehouseError.WH_024_CLAUSE_VALUE,
          statement,
          statement.sequenceBy().get().offset(),
          "FROM SNAPSHOT BY says already what the snapshots follow one another by");
    }
    if (feed != Feed.HISTORY && statement.truncates().isPresent()) {
      problem(
          WarehouseError.WH_024_CLAUSE_VALUE,
          statement,
          statement.truncates().get().offset(),
          "APPLY AS TRUNCATE needs FROM HISTORY: an input with a row a key empties itself");
    }
    return feed;
  }

  /**
   * Where the input's rows are the members, two of them must not have one natural key. Columns that
   * are all key cannot contradict one another, but only if no row's end ends them.
   */
  private void requireGrain(
      ParsedTable parsed,
      DimensionStatement statement,
      Feed feed,
      List<String> keys,
      BoundSelect select) {
    boolean combinations =
        keys.containsAll(select.names())
            && statement.deletes().filter(d -> d.action().text().equals("IGNORE")).isPresent();
    boolean unknown = keys.size() < statement.keys().names().size();
    if (feed == Feed.HISTORY || feed == Feed.SNAPSHOTS || combinations || unknown) {
      return;
    }
    List<String> inputKey = binding.schema(parsed.inputs().tables().getFirst()).key();
    List<String> kept =
        keys.stream()
            .map(k -> select.plain().getOrDefault(k.toLowerCase(Locale.ROOT), ""))
            .toList();
    if (inputKey.isEmpty() || !kept.containsAll(inputKey)) {
      problem(
          WarehouseError.WH_024_CLAUSE_VALUE,
          statement,
          statement.keys().offset(),
          "two rows of %s may have one natural key: %s. Add the rest of that key to KEYS, or say FROM HISTORY if each row is a version"
              .formatted(
                  parsed.inputs().tables().getFirst(),
                  inputKey.isEmpty()
                      ? "it has no key"
                      : "its rows are told apart by (" + String.join(", ", inputKey) + ")"));
    }
  }

  private void problem(
      WarehouseError code, DimensionStatement statement, int offset, String message) {
    binding.problems().add(code, statement.header().text(), offset, message);
  }

  /** Type 4 keeps what is current in a table of type 1, and history in one of type 7. */
  private static ScdType type(DimensionStatement statement) {
    return switch (statement.part()) {
      case CURRENT -> ScdType.TYPE_1;
      case HISTORY -> ScdType.TYPE_7;
      case WHOLE ->
          switch (statement.scdType().text()) {
            case "0" -> ScdType.TYPE_0;
            case "2" -> ScdType.TYPE_2;
            case "3" -> ScdType.TYPE_3;
            case "6" -> ScdType.TYPE_6;
            case "7" -> ScdType.TYPE_7;
            default -> ScdType.TYPE_1;
          };
    };
  }

  /** Versions of a type 4 dimension have a key of their own beside that of the member. */
  private static String surrogateKey(ParsedTable parsed, DimensionStatement statement) {
    Optional<String> given = statement.surrogateKey().map(Term::text);
    return statement.part() == Part.HISTORY
        ? parsed.name().name() + "_sk"
        : given.orElse(parsed.name().name() + "_sk");
  }

  private Optional<String> durableKey(
      ParsedTable parsed, DimensionStatement statement, ScdType type) {
    if (statement.durableKey().isPresent()
        && (type != ScdType.TYPE_7 || statement.part() != Part.WHOLE)) {
      binding
          .problems()
          .add(
              WarehouseError.WH_024_CLAUSE_VALUE,
              statement.header().text(),
              statement.durableKey().get().offset(),
              "DURABLE KEY needs SCD TYPE 7");
    }
    if (type != ScdType.TYPE_7) {
      return Optional.empty();
    }
    String name = parsed.name().name();
    return Optional.of(
        statement.part() == Part.HISTORY
            ? statement
                .surrogateKey()
                .map(Term::text)
                .orElse(
                    name.substring(0, name.length() - DimensionStatement.HISTORY_NAME.length())
                        + "_sk")
            : statement.durableKey().map(Term::text).orElse(name.toLowerCase(Locale.ROOT) + "_dk"));
  }
}
