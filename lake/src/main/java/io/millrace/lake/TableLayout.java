package io.millrace.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.Snapshot;
import io.delta.kernel.types.FieldMetadata;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TypeChange;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table's columns and the names and ids that they have in its files. Ids are never used twice, so
 * a dropped column does not come back with a new one of its name. Delta's own schema lets every
 * column be NULL (columns can then be added and dropped freely); which may not is a table property.
 *
 * @param columns all columns, in order
 * @param key names of the key's columns
 * @param partitionBy names of the columns that are not in the files but in the log, one value a
 *     file
 * @param maxId greatest id ever given
 */
record TableLayout(List<Physical> columns, List<String> key, List<String> partitionBy, int maxId) {
  private static final String KEY = "millrace.key";
  private static final String REQUIRED = "millrace.required";
  private static final String MAX_ID = "delta.columnMapping.maxColumnId";

  /** Of a column: its type, where Delta's does not tell it. */
  private static final String TYPE = "millrace.type";

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A column in the files.
   *
   * @param id its Parquet field id
   * @param name its name in the files
   * @param typeChanges how its type was widened; older files have one of the types before
   */
  record Physical(Column column, int id, String name, List<TypeChange> typeChanges) {
    Physical {
      typeChanges = List.copyOf(typeChanges);
    }

    /** A column whose type has always been this one. */
    Physical(Column column, int id, String name) {
      this(column, id, name, List.of());
    }

    /** Its type in files. */
    DataType stored() {
      return DeltaTypes.stored(column.type());
    }

    boolean isStoredAsIs() {
      return stored().equals(column.type());
    }

    /** The column of a query, cast to the table's type and named as in the files. */
    private String toFile() {
      String value = Text.of("CAST(%s AS %s)", Sql.name(column.name()), column.type().sql());
      return (isStoredAsIs() ? value : Text.of("CAST(%s AS %s)", value, stored().sql()))
          + " AS "
          + Sql.name(name);
    }

    /** The column of files under its name in the table. */
    private String fromFile() {
      return (isStoredAsIs()
              ? Sql.name(name)
              : Text.of("CAST(%s AS %s)", Sql.name(name), column.type().sql()))
          + " AS "
          + Sql.name(column.name());
    }
  }

  TableLayout {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    partitionBy = List.copyOf(partitionBy);
  }

  /**
   * The layout of a new table.
   *
   * @throws MillraceException LK-013 for a column that it cannot have, or not be partitioned by
   */
  static TableLayout of(TableSpec spec) {
    TableLayout layout =
        new TableLayout(List.of(), List.of(), List.of(), 0).evolvedTo(Evolution.to(spec.schema()));
    List<String> partitionBy =
        spec.partitionBy().stream()
            .map(p -> PartitionValues.requirePartition(spec.schema(), p).name())
            .toList();
    return new TableLayout(layout.columns, layout.key, partitionBy, layout.maxId);
  }

  /** The layout that a table's log tells. */
  static TableLayout of(Snapshot snapshot) {
    StructType schema = snapshot.getSchema();
    Map<String, String> properties = snapshot.getTableProperties();
    List<String> required = list(properties, REQUIRED);
    List<Physical> columns = new ArrayList<>();
    for (StructField field : schema.fields()) {
      FieldMetadata metadata = field.getMetadata();
      Column column =
          new Column(
              field.getName(),
              metadata.contains(TYPE)
                  ? DataType.ofSql(metadata.getString(TYPE))
                  : DeltaTypes.ofDelta(field.getName(), field.getDataType()),
              !required.contains(field.getName()));
      columns.add(
          new Physical(
              column,
              Math.toIntExact(metadata.getLong(DeltaTypes.ID)),
              metadata.getString(DeltaTypes.PHYSICAL_NAME),
              field.getTypeChanges()));
    }
    int maxId = Integer.parseInt(properties.getOrDefault(MAX_ID, "0"));
    return new TableLayout(
        columns, list(properties, KEY), snapshot.getPartitionColumnNames(), maxId);
  }

  /**
   * The layout after a change of columns: one that continues another takes its place in the files,
   * any other begins anew, so old rows are NULL in it.
   *
   * @throws MillraceException LK-013 for a type that cannot be stored
   */
  TableLayout evolvedTo(Evolution next) {
    List<Physical> evolved = new ArrayList<>();
    RowSchema before = schema();
    int last = maxId;
    for (Column column : next.schema().columns()) {
      requireStorable(column, next.schema().key());
      Optional<Column> continued = next.continued(before, column);
      if (continued.isPresent()) {
        Physical kept = columns.get(before.columns().indexOf(continued.get()));
        evolved.add(new Physical(column, kept.id(), kept.name(), kept.typeChanges()));
      } else {
        last++;
        evolved.add(new Physical(column, last, "c" + last));
        last += DeltaTypes.fieldsIn(column.type());
      }
    }
    requirePartitionsKept(evolved);
    return new TableLayout(evolved, next.schema().key(), partitionBy, last);
  }

  /** The log names the columns that partition the table, and Kernel does not change it. */
  private void requirePartitionsKept(List<Physical> evolved) {
    for (Physical partition : partitions()) {
      boolean kept =
          evolved.stream()
              .anyMatch(e ->
                  e.id() == partition.id()
                      && e.column().name().equals(partition.column().name())
                      && e.column().type().equals(partition.column().type()));
      if (!kept) {
        throw new MillraceException(
            LakeError.LK_013_TYPE_NOT_STORABLE,
            "column "
                + partition.column().name()
                + " partitions its table, so it cannot be dropped, renamed or given another type."
                + " Keep it as it is, or make the table anew.");
      }
    }
  }

  /** The columns that are not in the files, in the order of the partitioning. */
  List<Physical> partitions() {
    return partitionBy.stream()
        .map(name ->
            columns.stream()
                .filter(p -> p.column().name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow())
        .toList();
  }

  /** The columns that are in the files. */
  List<Physical> inFiles() {
    List<Physical> partitions = partitions();
    return columns.stream().filter(p -> !partitions.contains(p)).toList();
  }

  /** Whether a column of this layout has another type than in the one before. */
  boolean widens(TableLayout before) {
    return columns.stream()
        .anyMatch(p ->
            before.columns.stream()
                .anyMatch(o -> o.id() == p.id() && !o.column().type().equals(p.column().type())));
  }

  private static void requireStorable(Column column, List<String> key) {
    var _ = DeltaTypes.toDelta(column.name(), column.type(), 0);
    if (column.type() instanceof DataType.Nested
        && key.stream().anyMatch(column.name()::equalsIgnoreCase)) {
      throw new MillraceException(
          LakeError.LK_013_TYPE_NOT_STORABLE,
          "column "
              + column.name()
              + " is of type "
              + column.type().sql()
              + ", which cannot be a key. Take a column of a plain type, such as a field of it.");
    }
  }

  RowSchema schema() {
    return new RowSchema(columns.stream().map(Physical::column).toList(), key);
  }

  StructType struct() {
    StructType struct = new StructType();
    for (Physical physical : columns) {
      Column column = physical.column();
      FieldMetadata.Builder metadata =
          FieldMetadata.builder()
              .putLong(DeltaTypes.ID, physical.id())
              .putString(DeltaTypes.PHYSICAL_NAME, physical.name());
      if (!physical.isStoredAsIs()) {
        metadata.putString(TYPE, column.type().sql());
      }
      struct =
          struct.add(
              new StructField(
                      column.name(),
                      DeltaTypes.toDelta(column.name(), column.type(), physical.id()),
                      true,
                      metadata.build())
                  .withTypeChanges(physical.typeChanges()));
    }
    return struct;
  }

  /** The table properties that hold what Delta's schema does not. */
  Map<String, String> properties() {
    List<String> required =
        columns.stream()
            .map(Physical::column)
            .filter(c -> !c.nullable())
            .map(Column::name)
            .toList();
    return Map.of(
        KEY, JSON.valueToTree(key).toString(), REQUIRED, JSON.valueToTree(required).toString());
  }

  /** All columns of a query, cast to the table's types and named as in the files. */
  String toPhysical() {
    return columns.stream().map(Physical::toFile).collect(Collectors.joining(", "));
  }

  /** A text that is the same for the same columns in the same places. */
  String fingerprint() {
    return columns.stream()
        .map(p -> p.id() + " " + p.column().type().sql() + " " + Sql.name(p.column().name()))
        .collect(Collectors.joining(", "));
  }

  /**
   * The options of COPY that give the columns their ids and keep partitions apart, but not in
   * folders named by their values: a value may be longer than a name can be.
   */
  String copyOptions() {
    String ids =
        inFiles().stream()
            .map(p -> Sql.name(p.name()) + ": " + DeltaTypes.fieldIds(p.column().type(), p.id()))
            .collect(Collectors.joining(", ", "FIELD_IDS {", "}"));
    return partitionBy.isEmpty()
        ? ids
        : ids
            + ", PARTITION_BY ("
            + Sql.names(partitions().stream().map(Physical::name).toList())
            + "), HIVE_FILE_PATTERN false";
  }

  /** All columns of {@link #rowsOf}, under their names in the table. */
  String fromPhysical() {
    return columns.stream().map(Physical::fromFile).collect(Collectors.joining(", "));
  }

  /**
   * The rows of files, dead ones included, as a FROM item whose columns have the files' names; a
   * file written before a column was added has NULL in it. {@code file_index} and {@code
   * file_row_number} may be selected as well: no column can hide them.
   */
  String rowsOf(List<Path> files, List<PartitionValues> values) {
    String paths =
        files.stream().map(f -> Sql.text(f.toString())).collect(Collectors.joining(", "));
    String schema =
        inFiles().stream()
            .map(p ->
                Text.of(
                    "%d: {name: %s, type: %s, default_value: NULL}",
                    p.id(), Sql.text(p.name()), Sql.text(p.stored().sql())))
            .collect(Collectors.joining(", "));
    String read = "read_parquet([" + paths + "], schema = MAP {" + schema + "}";
    return partitionBy.isEmpty()
        ? read + ")"
        : Text.of(
            "(SELECT *, %s, file_index, file_row_number FROM %s, hive_partitioning = false))",
            partitions().stream()
                .map(p -> PartitionValues.column(p, values))
                .collect(Collectors.joining(", ")),
            read);
  }

  /** A query of no rows with the table's columns. */
  String noRows() {
    return "SELECT "
        + columns.stream()
            .map(p ->
                Text.of(
                    "CAST(NULL AS %s) AS %s", p.column().type().sql(), Sql.name(p.column().name())))
            .collect(Collectors.joining(", "))
        + " WHERE false";
  }

  private static List<String> list(Map<String, String> properties, String name) {
    try {
      return JSON.readValue(
          properties.getOrDefault(name, "[]"), new TypeReference<List<String>>() {});
    } catch (JsonProcessingException e) {
      throw new MillraceException(
          LakeError.LK_014_NOT_OURS,
          "table property " + name.toLowerCase(Locale.ROOT) + " is not a JSON list of names.",
          e);
    }
  }
}
