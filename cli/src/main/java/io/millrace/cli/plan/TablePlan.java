package io.millrace.cli.plan;

import io.millrace.cli.sql.RefreshRecord;
import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Evolution;
import io.millrace.lake.Lake;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What happens to one table when the services start with the folder. A table that stays as it is
 * has none; target lag, refresh mode and comment are no part of a table and change in place.
 *
 * @param table which
 * @param stated whether the folder has a statement for it
 * @param lines for people, the first names the table
 */
public record TablePlan(TableName table, boolean stated, List<String> lines) {
  private static final int LOOK_BACK = 1000;

  public TablePlan {
    lines = List.copyOf(lines);
  }

  /** The plans of all tables that do not stay as they are, the folder's first. */
  public static List<TablePlan> of(Warehouse warehouse, Lake lake) {
    List<TablePlan> plans = new ArrayList<>();
    for (Table table : warehouse.tables()) {
      if (!lake.exists(table.name())) {
        plans.add(
            new TablePlan(
                table.name(),
                true,
                List.of("create   " + table.name() + ": filled at its first cut")));
      } else {
        changed(warehouse, lake, table).ifPresent(plans::add);
      }
    }
    for (TableName name : lake.tables()) {
      if (warehouse.table(name).isEmpty() && !name.name().startsWith("_")) {
        plans.add(
            new TablePlan(
                name,
                false,
                List.of(
                    "leave    "
                        + name
                        + ": it has no statement; its rows are kept and no longer refreshed")));
      }
    }
    return plans;
  }

  private static Optional<TablePlan> changed(Warehouse warehouse, Lake lake, Table table) {
    DeltaTable stored = lake.open(table.name());
    if (stored.watermark().definition().equals(table.definition())) {
      return Optional.empty();
    }
    if (table instanceof DynamicTable && stored.watermark().cut() < 0) {
      return Optional.of(
          new TablePlan(
              table.name(),
              true,
              List.of(
                  "create   "
                      + table.name()
                      + ": it has no rows yet, and is filled by its new statement")));
    }
    List<String> lines = new ArrayList<>();
    lines.add("rebuild  " + table.name() + ": its statement has changed");
    columns(stored.schema(), table).forEach(c -> lines.add("           " + c));
    lines.add("           " + cost(lake, table, stored));
    List<String> readers =
        warehouse.readersOf(table.name()).stream().map(r -> r.name().toString()).toList();
    if (!readers.isEmpty()) {
      lines.add(
          "           the difference flows on into "
              + String.join(", ", readers)
              + " as ordinary changes");
    }
    lines.add(
        table instanceof DynamicTable dynamic && dynamic.onChange() == DynamicTable.OnChange.REPLACE
            ? "           it is rebuilt when the services start"
            : "           run: millrace rebuild " + table.name());
    return Optional.of(new TablePlan(table.name(), true, lines));
  }

  /** What becomes of the columns, and whether rows are written for it. */
  private static List<String> columns(RowSchema before, Table table) {
    RowSchema after =
        table instanceof Dimension dimension ? dimension.keeping(before).schema() : table.schema();
    Evolution evolution = Evolution.to(after);
    List<Column> gone =
        before.columns().stream().filter(c -> after.column(c.name()).isEmpty()).toList();
    List<String> lines = new ArrayList<>();
    for (Column column : after.columns()) {
      Optional<Column> old = before.column(column.name());
      String type = column.type().sql();
      if (old.isEmpty()) {
        boolean renamed = gone.stream().anyMatch(c -> c.type().equals(column.type()));
        lines.add(
            "column %s %s is added: rows with a value in it are written%s"
                .formatted(
                    column.name(), type, renamed ? ", also if it is an old one's new name" : ""));
      } else if (!old.get().type().equals(column.type())) {
        boolean inPlace = evolution.continued(before, column).isPresent();
        lines.add(
            "column %s becomes %s, it is %s: %s"
                .formatted(
                    column.name(),
                    type,
                    old.get().type().sql(),
                    inPlace ? "in place" : "rows with a value in it are written"));
      }
    }
    gone.forEach(c -> lines.add("column " + c.name() + " goes: in place"));
    after.columns().stream()
        .filter(c -> table.schema().column(c.name()).isEmpty())
        .forEach(c -> lines.add("column " + c.name() + " stays for what has a value in it"));
    if (!before.key().equals(after.key())) {
      lines.add(
          "the key becomes (%s), it is (%s)"
              .formatted(String.join(", ", after.key()), String.join(", ", before.key())));
    }
    return lines;
  }

  private static String cost(Lake lake, Table table, DeltaTable stored) {
    String rows = String.format(Locale.ROOT, "%,d rows", stored.rows());
    if (!(table instanceof DynamicTable)) {
      return "all of it is computed anew beside " + rows + "; what differs is one version";
    }
    String took =
        RefreshRecord.newest(lake, table.name(), LOOK_BACK).stream()
            .filter(r -> r.strategy().equals("FULL") && !Double.isNaN(r.strategyMillis()))
            .findFirst()
            .map(r -> String.format(Locale.ROOT, ", which last took %.0f ms", r.strategyMillis()))
            .orElse("");
    return "its query runs once as a whole%s, and is compared with %s; what differs is one version, so readers see the old rows or the new"
        .formatted(took, rows);
  }
}
