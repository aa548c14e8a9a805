package io.millrace.cli;

import io.millrace.cli.sql.RefreshRecord;
import io.millrace.contracts.TableName;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace history}. */
@Command(
    name = "history",
    description = "Lists refreshes of a dynamic table, from marts._refresh_history.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class HistoryCommand implements Callable<Integer> {
  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "TABLE", description = "such as marts.sales")
  String table;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many, the newest first (default: ${DEFAULT-VALUE}).",
      converter = Count.class,
      defaultValue = "10")
  int limit;

  @Override
  public Integer call() {
    TableName name = Names.dynamicTable(spec, table);
    List<RefreshRecord> refreshes;
    try (Lake lake = LakeLocation.of(place.lake(), System.getenv()).open()) {
      refreshes = RefreshRecord.newest(lake, name, limit);
    }
    TextTable lines =
        new TextTable(
            List.of(
                "cut", "started", "took", "way", "why so", "full?", "incr?", "outcome", "rows",
                "error"),
            List.of(0, 2, 5, 6, 8));
    for (RefreshRecord r : refreshes) {
      lines.row(
          List.of(
              String.valueOf(r.cut()),
              r.startedAt(),
              r.millis() + " ms",
              r.strategy(),
              r.choice(),
              millis(r.predictedFullMillis()),
              millis(r.predictedIncrementalMillis()),
              r.outcome(),
              "+%d ~%d -%d".formatted(r.inserted(), r.updated(), r.deleted()),
              r.error()));
    }
    List<String> all = lines.lines();
    all.forEach(spec.commandLine().getOut()::println);
    if (all.isEmpty()) {
      spec.commandLine().getOut().println("no refresh of " + name + " is noted in the lake");
    }
    return ExitCode.OK;
  }

  /** A prediction; nothing where there was none. */
  static String millis(double millis) {
    return Double.isNaN(millis) ? "" : String.format(Locale.ROOT, "%.1f ms", millis);
  }
}
