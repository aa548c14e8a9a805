package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.sql.LakeQuery;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.DynamicTable.Lookup;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.SurrogateKeys;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One natural key of a dimension, and where a warehouse holds it. Values are compared as text, and
 * none is ever printed.
 *
 * @param lake its place
 * @param values of the natural key, in the order of KEYS
 */
record Erasure(Warehouse warehouse, String lake, Dimension dimension, List<String> values) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration FILES = Duration.ofDays(7);

  /**
   * What a dimension holds of the key.
   *
   * @param surrogateKeys of its rows
   * @param ordered what an order to erase them names, however many they are: the key of the row
   *     which the member would have if facts alone spoke of it stands for all of them
   * @param current whether the input holds the member, as far as the dimension tells
   * @param cut at which that is so
   */
  record Rows(List<Long> surrogateKeys, List<Long> ordered, boolean current, long cut) {}

  /**
   * A place of the report.
   *
   * @param what is there and what becomes of it
   * @param gone when nothing of it is left
   */
  record Place(String place, String what, String gone) {}

  Erasure {
    values = List.copyOf(values);
    if (values.size() != dimension.keys().size()) {
      throw new MillraceException(
          CliError.CLI_007_SERVICE_REFUSED,
          "the key of "
              + dimension.name()
              + " has "
              + dimension.keys().size()
              + " columns ("
              + String.join(", ", dimension.keys())
              + "): give --key for each, in this order.");
    }
  }

  /** What the dimension holds of the key. */
  Rows rows() {
    LakeQuery.Answer answer =
        ask(
            "SELECT %s, is_current%s, %s FROM %s AS e WHERE %1$s > 0 AND %5$s"
                .formatted(
                    Sql.name(dimension.surrogateKey()),
                    dimension.infers() ? " AND NOT " + Dimension.IS_INFERRED : "",
                    SurrogateKeys.ofInferred(dimension, "e"),
                    dimension.name(),
                    matches()));
    List<Long> keys = answer.rows().stream().map(row -> number(row.getFirst())).toList();
    return new Rows(
        keys,
        answer.rows().stream().map(row -> number(row.get(2))).distinct().toList(),
        answer.rows().stream().anyMatch(row -> Boolean.TRUE.equals(row.get(1)))
            && (dimension.deletes().action() != OnDelete.IGNORE || isInInput()),
        answer.cut().orElse(-1));
  }

  /** Where deletes are ignored a member stays current when its row has gone. */
  private boolean isInInput() {
    return count("(" + dimension.select(dimension.input().toString()) + ")", matches()) > 0;
  }

  private static long number(@Nullable Object value) {
    return ((Number) Objects.requireNonNull(value)).longValue();
  }

  /**
   * Every place that holds the key or may hold it, before anything is erased.
   *
   * @param letters what was found among the dead letters of the input
   */
  List<Place> places(Rows rows, LetterSearch.Found letters) {
    List<Place> places = new ArrayList<>();
    places.add(
        new Place(
            dimension.name().toString(),
            rows.surrogateKeys().size() + " rows are erased",
            "once the order is carried out, which this command waits for"));
    for (Table table : warehouse.tables()) {
      if (table instanceof DynamicTable fact) {
        looked(table, "may point to it", () -> facts(fact, rows)).ifPresent(places::add);
      }
      if (!table.file().equals(dimension.file())) {
        looked(
                table,
                "may hold the key in (" + names(dimension.keys()) + ")",
                () -> sameColumns(table))
            .ifPresent(places::add);
      }
    }
    places.addAll(outside(letters));
    return places;
  }

  /** A table that cannot be read keeps nobody from being erased; one not there holds nothing. */
  private static Optional<Place> looked(
      Table table, String perhaps, Supplier<Optional<Place>> look) {
    try {
      return look.get();
    } catch (MillraceException e) {
      return e.errorCode() == CliError.CLI_006_TABLE_UNKNOWN
          ? Optional.empty()
          : Optional.of(
              new Place(
                  table.name().toString(),
                  perhaps + ", but cannot be read: " + e.getMessage(),
                  "not known"));
    }
  }

  private Optional<Place> facts(DynamicTable fact, Rows rows) {
    List<String> roles =
        fact.lookups().stream()
            .filter(l -> l.dimension().equals(dimension.name()))
            .map(Lookup::column)
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    if (roles.isEmpty() || rows.surrogateKeys().isEmpty()) {
      return Optional.empty();
    }
    String erased =
        rows.surrogateKeys().stream().map(String::valueOf).collect(Collectors.joining(", "));
    long count =
        count(
            fact.name(),
            roles.stream()
                .map(r -> Sql.name(r) + " IN (" + erased + ")")
                .collect(Collectors.joining(" OR ")));
    return Optional.of(
        new Place(
            fact.name().toString(),
            count + " rows point to it and come to point to no member (" + names(roles) + ")",
            "at the next refresh"));
  }

  /** A table with columns of the natural key's names may hold the key itself. */
  private Optional<Place> sameColumns(Table table) {
    RowSchema schema = table.schema();
    if (!dimension.keys().stream().allMatch(k -> schema.column(k).isPresent())) {
      return Optional.empty();
    }
    long count = count(table.name(), matches());
    return count == 0
        ? Optional.empty()
        : Optional.of(
            new Place(
                table.name().toString(),
                count + " rows hold the key in (" + names(dimension.keys()) + "); not erased",
                "when they are deleted at the source"));
  }

  private List<Place> outside(LetterSearch.Found letters) {
    String retention = days(warehouse.settings().retention());
    List<TableName> touched =
        Stream.concat(
                Stream.of(dimension.name(), dimension.input()),
                warehouse.readersOf(dimension.name()).stream().map(Table::name))
            .distinct()
            .toList();
    List<Place> places = new ArrayList<>();
    places.add(
        new Place(
            "files of earlier versions and change feeds of " + names(touched),
            "hold it, the change that erases it among them; statistics in logs too",
            "at a vacuum after " + days(FILES)));
    places.add(
        new Place(
            "topics of " + names(touched) + raw(),
            "hold it, the change that erases it among them: Kafka deletes by age alone",
            "after " + retention));
    places.add(
        new Place(
            "dead letters",
            found(letters),
            "after " + days(warehouse.settings().deadLetterRetention())));
    places.add(
        new Place(
            "the cut log", "holds the order for ever: surrogate keys, no natural key", "never"));
    places.add(
        new Place(
            "local state of services, copies made by others, the source, backups",
            "are not reached",
            "not known"));
    return places;
  }

  private String found(LetterSearch.Found letters) {
    String held =
        letters.ids().isEmpty()
            ? "none of " + dimension.input() + " holds it in its key"
            : letters.ids().size()
                + " of "
                + dimension.input()
                + " hold it in their keys ("
                + names(letters.ids())
                + "): Kafka deletes by age alone";
    return letters.unreadable() == 0
        ? held
        : held + "; " + letters.unreadable() + " cannot be read and may";
  }

  private String raw() {
    return warehouse
        .table(dimension.input())
        .filter(StagingTable.class::isInstance)
        .map(StagingTable.class::cast)
        .map(s -> ", raw." + s.source() + "." + s.resource())
        .orElse("");
  }

  private long count(TableName table, String where) {
    return count(table.toString(), where);
  }

  private long count(String table, String where) {
    Object count =
        ask("SELECT count(*) FROM %s WHERE %s".formatted(table, where))
            .rows()
            .getFirst()
            .getFirst();
    return count instanceof Number number ? number.longValue() : 0;
  }

  private LakeQuery.Answer ask(String select) {
    return LakeQuery.run(lake, select, OptionalLong.empty());
  }

  private String matches() {
    return IntStream.range(0, values.size())
        .mapToObj(i ->
            "CAST(%s AS VARCHAR) = %s"
                .formatted(Sql.name(dimension.keys().get(i)), Sql.text(values.get(i))))
        .collect(Collectors.joining(" AND "));
  }

  private static String names(List<?> names) {
    return names.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  private static String days(Duration duration) {
    return duration.toDays() > 0 ? duration.toDays() + " days" : duration.toHours() + " hours";
  }

  /** The places as text. */
  static List<String> lines(List<Place> places) {
    TextTable text = new TextTable(List.of("place", "what", "gone"), List.of());
    places.forEach(p -> text.row(List.of(p.place(), p.what(), p.gone())));
    return text.lines();
  }

  /** The places for programs. */
  static String json(List<Place> places) throws JsonProcessingException {
    ArrayNode answer = JSON.createArrayNode();
    for (Place place : places) {
      ObjectNode node = answer.addObject();
      node.put("place", place.place());
      node.put("what", place.what());
      node.put("gone", place.gone());
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
  }
}
