package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.warehouse.sql.Analysis.Output;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Gives the output columns of a SELECT the types in which a table stores them. */
final class OutputColumns {
  /** Parquet and Delta cannot hold these in a column's name. */
  private static final Pattern FORBIDDEN = Pattern.compile("[ ,;{}()\\n\\t=.\"]");

  /** Delta's change feed adds columns of these names, and the first four who reads a topic. */
  private static final Set<String> RESERVED =
      Set.of(
          "_weight",
          "_version",
          "_cut",
          "_position",
          "_change_type",
          "_commit_version",
          "_commit_timestamp");

  private final Select select;

  OutputColumns(Select select) {
    this.select = select;
  }

  /** All columns, nullable; empty, with problems, when one cannot be stored. */
  Optional<List<Column>> of(List<Output> outputs) {
    int before = select.problems().count();
    Set<String> seen = new HashSet<>();
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Output output = outputs.get(i);
      String name = output.name();
      if (FORBIDDEN.matcher(name).find() || name.isEmpty()) {
        problem(i, outputs.size(), "an output column needs a plain name", "add AS and a name");
      } else if (RESERVED.contains(name.toLowerCase(Locale.ROOT)) || name.startsWith("__")) {
        problem(i, outputs.size(), "the column name " + name + " is reserved", "rename it");
      } else if (!seen.add(name.toLowerCase(Locale.ROOT))) {
        problem(i, outputs.size(), "two output columns are called " + name, "rename one");
      } else {
        type(output, i, outputs.size()).ifPresent(t -> columns.add(new Column(name, t, true)));
      }
    }
    return select.problems().count() == before ? Optional.of(columns) : Optional.empty();
  }

  private Optional<DataType> type(Output output, int i, int size) {
    try {
      DataType type =
          output.type().startsWith("ENUM")
              ? DataType.Simple.VARCHAR
              : DataType.ofSql(output.type());
      if (type.storable() && plainNames(type)) {
        return Optional.of(type);
      }
    } catch (MillraceException e) {
      // Said below.
    }
    problem(
        i,
        size,
        "the column "
            + output.name()
            + " is of type "
            + output.type()
            + ", which has no stored form",
        "cast it, for example to VARCHAR");
    return Optional.empty();
  }

  /** Whether the fields of structs in it have names that files can hold. */
  private static boolean plainNames(DataType type) {
    boolean own =
        !(type instanceof DataType.Struct struct)
            || struct.fields().stream()
                .noneMatch(f -> f.name().isEmpty() || FORBIDDEN.matcher(f.name()).find());
    return own
        && (!(type instanceof DataType.Nested nested)
            || nested.parts().stream().allMatch(OutputColumns::plainNames));
  }

  /** At the item of the SELECT list, if items and columns correspond. */
  private void problem(int i, int size, String message, String hint) {
    JsonNode items = select.node().path("select_list");
    boolean corresponds =
        items.size() == size
            && items.valueStream().noneMatch(item -> Tree.isClass(item, Tree.STAR));
    select.problem(
        WarehouseError.WH_039_OUTPUT_COLUMN,
        corresponds ? items.path(i) : select.node(),
        message,
        Optional.of(hint));
  }
}
