package io.millrace.warehouse;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.WarehouseFolder.Reading;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.raw.RawSchemas;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.CdcSource;
import io.millrace.warehouse.source.Source;
import io.millrace.warehouse.source.SourceYaml;
import io.millrace.warehouse.sql.Analysis;
import io.millrace.warehouse.sql.Inference;
import io.millrace.warehouse.sql.Inputs;
import io.millrace.warehouse.sql.Inputs.RawName;
import io.millrace.warehouse.sql.Layer;
import io.millrace.warehouse.sql.Select;
import io.millrace.warehouse.statement.Statement;
import io.millrace.warehouse.statement.StatementParser;
import io.millrace.warehouse.yaml.YamlFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads one folder once: files, then statements, then the graph, then table by table. */
final class FolderReader {
  private static final Path WAREHOUSE = Path.of("warehouse.yml");

  private final Path folder;
  private final RawSchemas rawSchemas;
  private final Reading reading;
  private final Problems problems = new Problems();
  private final List<String> unchecked = new ArrayList<>();
  private final FolderFiles files;
  private final Map<String, Source> sources = new TreeMap<>();
  private final Map<String, Path> sourceFiles = new TreeMap<>();
  private final Map<TableName, List<Inference>> inferences = new HashMap<>();

  FolderReader(Path folder, RawSchemas rawSchemas, Reading reading) {
    this.folder = folder;
    this.rawSchemas = rawSchemas;
    this.reading = reading;
    this.files = new FolderFiles(folder, reading.drafts(), problems);
  }

  Validation read() {
    Optional<SettingsYaml.Named> settings = readSettings();
    // Sources may lack variables that only ingest has; without the lake's place nothing can run.
    boolean settingsComplete = unchecked.isEmpty();
    readSources(settings);
    Optional<List<Table>> tables = readTables(settings);
    files.noteOverlooked();
    Optional<Warehouse> warehouse =
        problems.count() > 0 || settings.isEmpty() || !settingsComplete
            ? Optional.empty()
            : tables.map(t ->
                new Warehouse(
                    folder,
                    settings.get().name(),
                    settings.get().settings(),
                    List.copyOf(sources.values()),
                    t));
    return new Validation(
        problems.sorted(), unchecked.stream().distinct().toList(), problems.notices(), warehouse);
  }

  /** The sources alone; what is wrong with them is left to {@link #read}. */
  List<Source> sources() {
    readSources(readSettings());
    return List.copyOf(sources.values());
  }

  private Optional<SettingsYaml.Named> readSettings() {
    return files
        .read(WAREHOUSE)
        .flatMap(text -> yaml(text).root(SettingsYaml.SHAPE))
        .map(SettingsYaml::read);
  }

  private void readSources(Optional<SettingsYaml.Named> settings) {
    String prefix = settings.map(s -> s.settings().topicPrefix()).orElse("");
    for (SourceText text : files.in("sources", ".yml", ".yaml")) {
      String name = FolderFiles.stem(text);
      if (!SourceYaml.NAME.matcher(name).matches()) {
        problems.add(
            WarehouseError.WH_021_NAME_MISMATCH,
            text,
            0,
            "a source's file is named with lower-case letters, digits and underscores");
      } else if (sourceFiles.putIfAbsent(name, text.file()) != null) {
        problems.add(
            WarehouseError.WH_014_DUPLICATE_NAME,
            text,
            0,
            "the source " + name + " is already in " + sourceFiles.get(name));
      } else {
        SourceYaml.read(yaml(text), name, prefix).ifPresent(s -> sources.put(name, s));
      }
    }
  }

  private YamlFile yaml(SourceText text) {
    Optional<Consumer<String>> offline =
        reading.offline() ? Optional.of(unchecked::add) : Optional.empty();
    return new YamlFile(text, problems, reading.env(), offline);
  }

  /** All tables in order; empty when one could not be bound. */
  private Optional<List<Table>> readTables(Optional<SettingsYaml.Named> settings) {
    Map<TableName, SourceText> texts = new TreeMap<>();
    addTexts(texts, "staging", "staging");
    addTexts(texts, "dimensions", "dim");
    addTexts(texts, "marts", "marts");
    try (Analysis analysis = Analysis.open()) {
      Map<TableName, ParsedTable> parsed = parse(analysis, texts);
      Set<TableName> names = new TreeSet<>(texts.keySet());
      names.addAll(parsed.keySet());
      infer(parsed);
      TableGraph graph = graph(names, parsed);
      Binding binding = new Binding(analysis, problems);
      TargetLag lag =
          settings
              .map(s -> s.settings().targetLag())
              .orElse(new TargetLag.Within(Duration.ofMinutes(1)));
      graph.order().stream()
          .flatMap(name -> Optional.ofNullable(parsed.get(name)).stream())
          .forEach(
              table -> bind(binding, table, lag).filter(this::isClean).ifPresent(binding::add));
      return Optional.of(binding.tables()).filter(t -> t.size() == names.size());
    }
  }

  private void addTexts(Map<TableName, SourceText> texts, String subfolder, String schema) {
    for (SourceText text : files.in(subfolder, ".sql")) {
      String name = FolderFiles.stem(text);
      if (SourceYaml.NAME.matcher(name).matches()) {
        texts.put(new TableName(schema, name), text);
      } else {
        problems.add(
            WarehouseError.WH_021_NAME_MISMATCH,
            text,
            0,
            "a table's file is named with lower-case letters, digits and underscores");
      }
    }
  }

  private Map<TableName, ParsedTable> parse(Analysis analysis, Map<TableName, SourceText> texts) {
    Set<RawName> raw = new HashSet<>();
    sources
        .values()
        .forEach(s -> s.resourceNames().forEach(r -> raw.add(new RawName(s.name(), r))));
    Set<String> broken =
        sourceFiles.keySet().stream()
            .filter(name -> !sources.containsKey(name))
            .collect(Collectors.toSet());
    Map<SourceText, List<Statement>> statements = statements(texts);
    Set<TableName> tables = new HashSet<>(texts.keySet());
    statements.values().stream()
        .flatMap(List::stream)
        .forEach(statement -> tables.add(statement.header().table()));
    Inputs.Known known = new Inputs.Known(tables, raw, broken);
    Map<TableName, ParsedTable> parsed = new LinkedHashMap<>();
    statements.forEach((text, made) -> {
      Statement first = made.getFirst();
      select(analysis, text, first)
          .ifPresent(select ->
              Inputs.of(select, layer(first), known)
                  .ifPresent(inputs ->
                      made.forEach(statement ->
                          parsed.put(
                              statement.header().table(),
                              new ParsedTable(statement, select, inputs)))));
    });
    return parsed;
  }

  /**
   * Its SELECT, without DISTINCT, which is a clause; that of a calendar follows from its clauses.
   */
  private Optional<Select> select(Analysis analysis, SourceText text, Statement statement) {
    if (statement instanceof Statement.DimensionStatement dimension && dimension.combinations()) {
      int begin = statement.header().selectOffset();
      String blank =
          text.text().substring(0, begin)
              + text.text().substring(begin).replaceFirst("(?i)DISTINCT", " ".repeat(8));
      return Select.parse(analysis, new SourceText(text.file(), blank), begin, problems);
    }
    return statement instanceof Statement.CalendarStatement calendar
        ? CalendarBinder.select(calendar, problems)
            .flatMap(sql -> Select.parse(analysis, new SourceText(text.file(), sql), 0, problems))
        : Select.parse(analysis, text, statement.header().selectOffset(), problems);
  }

  /** The statements of each file's tables, at least one, in the order of the files' tables. */
  private Map<SourceText, List<Statement>> statements(Map<TableName, SourceText> texts) {
    Map<SourceText, List<Statement>> statements = new LinkedHashMap<>();
    texts.forEach((name, text) ->
        StatementParser.parse(text, name, problems)
            .ifPresent(statement -> statements.put(text, statement.tables())));
    statements.forEach((text, made) ->
        made.stream()
            .map(statement -> statement.header().table())
            .filter(table -> texts.containsKey(table) && !text.equals(texts.get(table)))
            .forEach(table ->
                problems.add(
                    WarehouseError.WH_014_DUPLICATE_NAME,
                    text,
                    made.getFirst().header().nameOffset(),
                    made.getFirst().header().table()
                        + " makes the table "
                        + table
                        + " too, which has a file of its own")));
    return statements;
  }

  private static Layer layer(Statement statement) {
    return switch (statement) {
      case Statement.Staging staging -> Layer.STAGING;
      case Statement.DimensionStatement dimension -> Layer.DIMENSION;
      case Statement.CalendarStatement calendar -> Layer.DYNAMIC;
      case Statement.Dynamic dynamic -> Layer.DYNAMIC;
    };
  }

  /** Notes which dimensions are to make members of keys that other tables hold. */
  private void infer(Map<TableName, ParsedTable> parsed) {
    for (ParsedTable table : parsed.values()) {
      if (table.statement() instanceof Statement.Dynamic) {
        for (Inference inference : Inference.of(table.select())) {
          ParsedTable asked = parsed.get(inference.dimension());
          if (asked != null && !(asked.statement() instanceof Statement.DimensionStatement)) {
            inference.problem(inference.dimension() + " makes its members itself");
          } else if (parsed.containsKey(inference.table())) {
            inferences
                .computeIfAbsent(inference.dimension(), name -> new ArrayList<>())
                .add(inference);
          }
        }
      }
    }
  }

  /** What a table reads: what its SELECT names, and where its members are inferred from. */
  private List<TableName> inputs(ParsedTable parsed) {
    return Stream.concat(
            parsed.inputs().tables().stream(),
            inferences.getOrDefault(parsed.name(), List.of()).stream().map(Inference::table))
        .distinct()
        .toList();
  }

  private TableGraph graph(Set<TableName> names, Map<TableName, ParsedTable> parsed) {
    Map<TableName, List<TableName>> inputs = new TreeMap<>();
    for (TableName name : names) {
      inputs.put(name, parsed.containsKey(name) ? inputs(parsed.get(name)) : List.of());
    }
    TableGraph graph = TableGraph.of(inputs);
    for (List<TableName> cycle : graph.cycles()) {
      TableName first = cycle.getFirst();
      String next = cycle.get(cycle.size() > 1 ? 1 : 0).toString();
      String path = cycle.stream().map(TableName::toString).collect(Collectors.joining(" reads "));
      String message = path + " reads " + first + ": a cycle";
      Optional.ofNullable(parsed.get(first))
          .ifPresent(t -> t.select().problemAtInput(WarehouseError.WH_042_CYCLE, next, message));
    }
    return graph;
  }

  /** Whether nothing is wrong in a table's file, so that those that read it can be bound. */
  private boolean isClean(Table table) {
    return !problems.anyIn(table.file());
  }

  /** Empty when something is wrong with the table, or with one that it reads. */
  private Optional<? extends Table> bind(Binding binding, ParsedTable parsed, TargetLag lag) {
    if (!inputs(parsed).stream().allMatch(binding::isBound)) {
      return Optional.empty();
    }
    return switch (parsed.statement()) {
      case Statement.Staging staging -> bindStaging(binding, parsed, staging);
      case Statement.DimensionStatement dimension ->
          new DimensionBinder(binding, inferences.getOrDefault(parsed.name(), List.of()))
              .bind(parsed, dimension);
      case Statement.CalendarStatement calendar -> new CalendarBinder(binding).bind(parsed);
      case Statement.Dynamic dynamic -> new DynamicBinder(binding, lag).bind(parsed, dynamic);
    };
  }

  private Optional<StagingTable> bindStaging(
      Binding binding, ParsedTable parsed, Statement.Staging statement) {
    Map<RawName, RowSchema> raw = new LinkedHashMap<>();
    for (RawName name : parsed.inputs().raw()) {
      rawSchema(parsed, name)
          .filter(schema -> areToldApart(parsed, name, schema))
          .ifPresent(schema -> raw.put(name, schema));
    }
    if (raw.size() < parsed.inputs().raw().size()) {
      return Optional.empty();
    }
    raw.forEach((name, schema) -> binding.addRaw(name.source(), name.resource(), schema));
    return raw.entrySet().stream()
        .min(Comparator.comparing(e -> e.getKey().toString()))
        .map(e -> new StagingBinder(binding).bind(parsed, statement, e.getKey(), e.getValue()))
        .orElseGet(() ->
            new StagingBinder(binding)
                .bind(parsed, statement, new RawName("", ""), new RowSchema(List.of(), List.of())));
  }

  /** A source may have columns that differ in case; no table here can hold both. */
  private static boolean areToldApart(ParsedTable parsed, RawName name, RowSchema schema) {
    Map<String, String> seen = new HashMap<>();
    for (String column : schema.names()) {
      String other = seen.put(column.toLowerCase(Locale.ROOT), column);
      if (other != null) {
        parsed
            .select()
            .problemAtInput(
                WarehouseError.WH_014_DUPLICATE_NAME,
                name.toString(),
                "the columns %s and %s of %s differ in case only: rename or leave out one there"
                    .formatted(other, column, name));
        return false;
      }
    }
    return true;
  }

  private Optional<RowSchema> rawSchema(ParsedTable parsed, RawName name) {
    Source source = sources.get(name.source());
    Path file = sourceFiles.get(name.source());
    if (source == null
        || file == null
        || problems.anyIn(file, WarehouseError.WH_004_VALUE_NOT_SET)) {
      return Optional.empty();
    }
    return switch (source) {
      case ApiSource api ->
          api.resources().stream()
              .filter(r -> r.name().equals(name.resource()))
              .findFirst()
              .map(ApiSource.ApiResource::schema);
      case CdcSource cdc -> askSchema(parsed, name);
    };
  }

  private Optional<RowSchema> askSchema(ParsedTable parsed, RawName name) {
    String what = name.source() + "." + name.resource();
    try {
      Optional<RowSchema> schema = rawSchemas.of(name.source(), name.resource());
      if (schema.isEmpty() && reading.offline()) {
        unchecked.add(
            parsed.name() + " and what reads it: the raw schema of " + what + " is not known");
      } else if (schema.isEmpty()) {
        parsed
            .select()
            .problemAtInput(
                WarehouseError.WH_002_RAW_SCHEMA_UNKNOWN,
                name.toString(),
                "raw schema of " + what + " is not known yet");
      }
      return schema;
    } catch (MillraceException e) {
      String reason = String.valueOf(e.getMessage()).substring(e.errorCode().code().length() + 1);
      parsed.select().problemAtInput(e.errorCode(), name.toString(), reason);
      return Optional.empty();
    }
  }
}
