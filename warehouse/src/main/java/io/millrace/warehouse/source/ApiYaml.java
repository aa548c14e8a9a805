package io.millrace.warehouse.source;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.warehouse.problem.Nearest;
import io.millrace.warehouse.source.ApiSource.ApiResource;
import io.millrace.warehouse.source.ApiSource.Auth;
import io.millrace.warehouse.source.ApiSource.Cursor;
import io.millrace.warehouse.source.ApiSource.Field;
import io.millrace.warehouse.source.ApiSource.Order;
import io.millrace.warehouse.source.ApiSource.Pagination;
import io.millrace.warehouse.source.ApiSource.Parent;
import io.millrace.warehouse.source.ApiSource.Write;
import io.millrace.warehouse.yaml.Shape;
import io.millrace.warehouse.yaml.YamlObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Reads a source of kind api. */
final class ApiYaml {
  static final Shape SOURCE =
      new Shape(
          "api",
          "kind",
          "base-url",
          "auth",
          "headers",
          "interval",
          "timeout",
          "attempts",
          "allow-hosts",
          "max-body-bytes",
          "resources");
  static final Shape AUTH = new Shape("api-auth", "bearer");
  static final Shape RESOURCE =
      new Shape(
          "api-resource",
          "name",
          "path",
          "parameters",
          "parent",
          "query",
          "records",
          "columns",
          "key",
          "cursor",
          "pagination",
          "write");
  static final Shape PARENT = new Shape("api-parent", "resource", "parameters");
  static final Shape COLUMN = new Shape("api-column", "type", "pointer", "present");
  static final Shape CURSOR =
      new Shape("api-cursor", "column", "initial", "parameter", "lag", "order");

  /** Text may hold timestamps. */
  private static final Set<DataType> TIMES =
      Set.of(
          DataType.Simple.DATE,
          DataType.Simple.TIMESTAMP,
          DataType.Simple.TIMESTAMPTZ,
          DataType.Simple.VARCHAR);

  private static final Pattern PLACE = Pattern.compile("\\{([^}]*)}");
  private static final URI NO_URL = URI.create("http://unset.invalid");

  private ApiYaml() {}

  static ApiSource read(YamlObject root, String name) {
    root.require("base-url");
    root.require("resources");
    List<ApiResource> resources = new ArrayList<>();
    for (YamlObject item : root.objects("resources", RESOURCE, "name")) {
      resources.add(resource(item, resources));
    }
    return new ApiSource(
        name,
        root.text("base-url").flatMap(text -> url(root, text)).orElse(NO_URL),
        root.object("auth", AUTH)
            .flatMap(auth -> SourceYaml.secret(auth, "bearer"))
            .<Auth>map(Auth.Bearer::new)
            .orElse(new Auth.None()),
        root.textMap("headers"),
        root.duration("interval").orElse(Duration.ofMinutes(1)),
        root.duration("timeout").orElse(Duration.ofSeconds(30)),
        root.number("attempts", 1, 100).orElse(5L).intValue(),
        root.texts("allow-hosts"),
        root.number("max-body-bytes", 1, Integer.MAX_VALUE).orElse(64L << 20),
        resources);
  }

  private static Optional<URI> url(YamlObject root, String text) {
    try {
      URI url = new URI(text);
      if (url.getHost() != null && Set.of("http", "https").contains(url.getScheme())) {
        return Optional.of(url);
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    root.problem(
        WarehouseError.WH_013_WRONG_VALUE,
        "base-url",
        "base-url must be an http or https URL",
        Optional.empty());
    return Optional.empty();
  }

  private static ApiResource resource(YamlObject item, List<ApiResource> before) {
    item.require("key");
    item.require("columns");
    List<String> key = item.texts("key");
    List<Field> fields = fields(item, key);
    List<String> columns = fields.stream().map(f -> f.column().name()).toList();
    String name = item.requiredText("name");
    List<String> taken = before.stream().map(ApiResource::name).toList();
    SourceYaml.checkName(item, "name", name, taken, Optional.empty());
    for (String column : key) {
      checkColumn(item, "key", column, columns);
    }
    String path = item.requiredText("path");
    Map<String, String> parameters = item.textMap("parameters");
    Optional<Parent> parent = item.object("parent", PARENT).map(p -> parent(p, before));
    checkPlaces(item, path, parameters, parent);
    return new ApiResource(
        name,
        path,
        parameters,
        parent,
        item.textMap("query"),
        item.text("records").orElse(""),
        fields,
        key,
        item.object("cursor", CURSOR).map(c -> cursor(c, fields)),
        item.choice("pagination", words(Pagination.values())).orElse(Pagination.NONE),
        item.choice("write", words(Write.values())).orElse(Write.MERGE));
  }

  private static List<Field> fields(YamlObject item, List<String> key) {
    List<Field> fields = new ArrayList<>();
    item.objectMap("columns", COLUMN, "type")
        .forEach((name, column) -> {
          Optional<String> present = column.text("present");
          String own = "/" + name.replace("~", "~0").replace("/", "~1");
          String pointer = present.or(() -> column.text("pointer")).orElse(own);
          if (!pointer.isEmpty() && !pointer.startsWith("/")) {
            column.problem(
                WarehouseError.WH_013_WRONG_VALUE,
                present.isPresent() ? "present" : "pointer",
                "a JSON pointer begins with /",
                Optional.empty());
          }
          DataType type = type(column, present.isPresent());
          fields.add(
              new Field(new Column(name, type, !key.contains(name)), pointer, present.isPresent()));
        });
    return fields;
  }

  private static DataType type(YamlObject column, boolean present) {
    if (present && !column.has("type")) {
      return DataType.Simple.BOOLEAN;
    }
    String text = column.requiredText("type");
    try {
      DataType type = text.isEmpty() ? DataType.Simple.VARCHAR : DataType.ofSql(text);
      if (!present || type == DataType.Simple.BOOLEAN) {
        return type;
      }
      column.problem(
          WarehouseError.WH_013_WRONG_VALUE,
          "type",
          "a column with present is BOOLEAN",
          Optional.empty());
    } catch (MillraceException e) {
      column.problem(
          WarehouseError.WH_013_WRONG_VALUE,
          "type",
          "there is no column type " + text,
          Nearest.hint(text, TYPES));
    }
    return DataType.Simple.VARCHAR;
  }

  private static final List<String> TYPES =
      List.of(
          "BOOLEAN",
          "INTEGER",
          "BIGINT",
          "DOUBLE",
          "DECIMAL(18,3)",
          "VARCHAR",
          "DATE",
          "TIMESTAMP",
          "TIMESTAMPTZ");

  private static Parent parent(YamlObject item, List<ApiResource> before) {
    String resource = item.requiredText("resource");
    Map<String, String> parameters = item.textMap("parameters");
    Optional<ApiResource> known =
        before.stream().filter(r -> r.name().equals(resource)).findFirst();
    if (known.isPresent()) {
      parameters
          .values()
          .forEach(c -> checkColumn(item, "parameters", c, known.get().schema().names()));
    } else if (!resource.isEmpty()) {
      List<String> names = before.stream().map(ApiResource::name).toList();
      item.problem(
          WarehouseError.WH_015_UNKNOWN_NAME,
          "resource",
          "there is no resource " + resource + " above this one",
          Nearest.hint(resource, names));
    }
    return new Parent(resource, parameters);
  }

  private static Cursor cursor(YamlObject item, List<Field> fields) {
    String column = item.requiredText("column");
    if (!column.isEmpty()) {
      checkColumn(item, "column", column, fields.stream().map(f -> f.column().name()).toList());
    }
    fields.stream()
        .map(Field::column)
        .filter(c -> c.name().equals(column) && item.has("lag") && !TIMES.contains(c.type()))
        .forEach(c ->
            item.problem(
                WarehouseError.WH_013_WRONG_VALUE,
                "lag",
                "there is no time to go back by in a cursor of type " + c.type().sql(),
                Optional.of("leave lag out, or take a cursor that is a time")));
    return new Cursor(
        column,
        item.requiredText("initial"),
        item.text("parameter"),
        item.duration("lag").orElse(Duration.ZERO),
        item.choice("order", words(Order.values())));
  }

  private static void checkPlaces(
      YamlObject item, String path, Map<String, String> parameters, Optional<Parent> parent) {
    Set<String> places = new LinkedHashSet<>();
    PLACE.matcher(path).results().map(MatchResult::group).forEach(places::add);
    Set<String> given = new LinkedHashSet<>();
    parameters.keySet().forEach(p -> given.add("{" + p + "}"));
    parent.ifPresent(p -> p.parameters().keySet().forEach(k -> given.add("{" + k + "}")));
    for (String place : places) {
      if (!given.contains(place)) {
        item.problem(
            WarehouseError.WH_015_UNKNOWN_NAME,
            "path",
            "nothing gives a value to " + place,
            Nearest.hint(place, given));
      }
    }
    for (String name : given) {
      if (!places.contains(name)) {
        item.problem(
            WarehouseError.WH_015_UNKNOWN_NAME,
            "path",
            "the path has no place " + name,
            Nearest.hint(name, places));
      }
    }
  }

  private static void checkColumn(
      YamlObject item, String key, String column, List<String> columns) {
    if (!columns.contains(column)) {
      item.problem(
          WarehouseError.WH_015_UNKNOWN_NAME,
          key,
          "there is no column " + column,
          Nearest.hint(column, columns));
    }
  }

  private static <E extends Enum<E>> SequencedMap<String, E> words(E[] values) {
    SequencedMap<String, E> words = new LinkedHashMap<>();
    for (E value : values) {
      words.put(value.name().toLowerCase(Locale.ROOT).replace('_', '-'), value);
    }
    return words;
  }
}
