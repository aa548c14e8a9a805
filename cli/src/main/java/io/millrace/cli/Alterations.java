package io.millrace.cli;

import io.millrace.cli.ServiceCalls.Altered;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Property;
import io.millrace.warehouse.Warehouse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What operators have ordered otherwise than a folder says. */
final class Alterations {

  private Alterations() {}

  /**
   * A line for each order that a run in the folder keeps to; none where nothing runs.
   *
   * @param warehouse what the folder says now, which the run may not have read
   */
  static List<String> lines(Path folder, Warehouse warehouse) throws InterruptedException {
    Optional<RunFile> run = RunFile.find(Optional.of(folder)).filter(RunFile::alive);
    if (run.isEmpty()) {
      return List.of();
    }
    try (ServiceCalls calls = new ServiceCalls(run.get())) {
      return lines(calls.altered(), warehouse);
    }
  }

  static List<String> lines(List<Altered> altered, Warehouse warehouse) {
    List<String> lines = new ArrayList<>();
    for (Altered one : altered) {
      Optional<String> says = says(one, warehouse);
      if (says.isPresent()) {
        boolean over = !says.get().equals(one.folder());
        lines.add(
            "%s  %s: %s is %s since cut %d, the folder says %s%s"
                .formatted(
                    over ? "ends   " : "altered",
                    one.table(),
                    one.property(),
                    text(one.value()),
                    one.cut(),
                    text(says.get()),
                    over ? ", which counts then" : ""));
      }
    }
    return lines;
  }

  /** What the folder says of it; empty when it has no such table. */
  private static Optional<String> says(Altered one, Warehouse warehouse) {
    return Property.named(one.property())
        .flatMap(property ->
            warehouse
                .table(one.table())
                .filter(DynamicTable.class::isInstance)
                .map(table -> property.of((DynamicTable) table)));
  }

  private static String text(String value) {
    return value.isEmpty() ? "nothing" : "'" + value + "'";
  }
}
