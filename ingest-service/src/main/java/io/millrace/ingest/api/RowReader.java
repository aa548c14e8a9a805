package io.millrace.ingest.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.source.ApiSource.ApiResource;
import io.millrace.warehouse.source.ApiSource.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of a resource's records. Raw must stay true, so a value that is not of its declared
 * type stops the source; a missing value is NULL.
 */
final class RowReader {

  private final ApiResource resource;
  private final RowSchema schema;
  private final List<JsonPointer> pointers = new ArrayList<>();
  private final int[] keyPlaces;

  /**
   * A reader of one resource.
   *
   * @throws MillraceException ING-040 for a pointer that is none, or a column that is not declared
   */
  RowReader(ApiResource resource) {
    this.resource = resource;
    this.schema = resource.schema();
    for (Field field : resource.fields()) {
      pointers.add(pointer(field));
    }
    this.keyPlaces = resource.key().stream().mapToInt(this::placeOf).toArray();
  }

  RowSchema schema() {
    return schema;
  }

  /** Where a column stands in a row. */
  int placeOf(String column) {
    List<Column> columns = schema.columns();
    for (int place = 0; place < columns.size(); place++) {
      if (columns.get(place).name().equalsIgnoreCase(column)) {
        return place;
      }
    }
    throw ApiProblem.of(
        IngestError.ING_040_API_DECLARATION_INVALID,
        "resource %s has no column %s, which its key, its cursor or a child names. Declare it among"
            + " the columns %s.",
        resource.name(),
        column,
        schema.names());
  }

  /**
   * The rows of a page, all or none.
   *
   * @param page for messages: which page this is
   * @throws MillraceException ING-037 for a value that does not fit, ING-038 for a NULL where none
   *     may be
   */
  List<Row> rows(JsonNode records, String page) {
    List<Row> rows = new ArrayList<>(records.size());
    for (JsonNode record : records) {
      rows.add(row(record, page));
    }
    return rows;
  }

  private Row row(JsonNode record, String page) {
    @Nullable Object[] values = new @Nullable Object[pointers.size()];
    for (int place = 0; place < values.length; place++) {
      values[place] = value(place, record, page);
    }
    @Nullable Object[] key = new @Nullable Object[keyPlaces.length];
    for (int i = 0; i < key.length; i++) {
      key[i] = required(values[keyPlaces[i]], resource.key().get(i), "a key column", page);
    }
    return new Row(key, values);
  }

  private @Nullable Object value(int place, JsonNode record, String page) {
    Field field = resource.fields().get(place);
    Column column = field.column();
    JsonNode node = record.at(pointers.get(place));
    boolean there = !node.isMissingNode() && !node.isNull();
    if (field.present()) {
      return there;
    }
    try {
      Object value = there ? JsonValues.convert(node, column.type()) : null;
      return column.nullable() ? value : required(value, column.name(), "NOT NULL", page);
    } catch (IllegalArgumentException e) {
      throw ApiProblem.because(
          e,
          IngestError.ING_037_API_VALUE_DOES_NOT_FIT,
          "resource %s, %s: column %s is %s, but the value at %s, a JSON %s, does not fit. Declare"
              + " a type that holds it, such as VARCHAR.",
          resource.name(),
          page,
          column.name(),
          column.type().sql(),
          field.pointer(),
          node.getNodeType().name().toLowerCase(Locale.ROOT));
    }
  }

  private Object required(@Nullable Object value, String column, String why, String page) {
    if (value == null) {
      throw ApiProblem.of(
          IngestError.ING_038_API_VALUE_MISSING,
          "resource %s, %s: column %s is %s, but a record has no value for it. Check the column's"
              + " pointer, or take a key that every record has.",
          resource.name(),
          page,
          column,
          why);
    }
    return value;
  }

  private JsonPointer pointer(Field field) {
    try {
      return JsonPointer.compile(field.pointer());
    } catch (IllegalArgumentException e) {
      throw ApiProblem.because(
          e,
          IngestError.ING_040_API_DECLARATION_INVALID,
          "resource %s, column %s: %s is not a JSON pointer. Begin it with a slash, as in"
              + " /owner/login.",
          resource.name(),
          field.column().name(),
          field.pointer());
    }
  }
}
