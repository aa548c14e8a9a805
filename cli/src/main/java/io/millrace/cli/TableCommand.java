package io.millrace.cli;

import io.millrace.cli.position.LakePositions;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.lake.Compacted;
import io.millrace.lake.CompactionGoal;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.lake.RestoreMode;
import io.millrace.lake.TableHistory;
import io.millrace.lake.VacuumBounds;
import io.millrace.lake.Vacuumed;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace table}: one table of the lake, looked at or put in order beside its service. */
@Command(
    name = "table",
    description = "Looks at a table of the lake, or puts its files in order.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class TableCommand {
  @Spec CommandSpec spec;

  /** The table that a subcommand is about. */
  static final class Target {
    @Mixin Place place;

    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    @Parameters(index = "0", paramLabel = "TABLE", description = "such as dim.customer")
    String table;

    @Option(
        names = "--lake",
        paramLabel = "PATH",
        description = "The lake, instead of that of --dir.")
    Optional<String> lake = Optional.empty();

    TableName name() {
      return Names.table(spec, table);
    }

    Lake open() {
      return LakeLocation.of(lake.orElseGet(place::lake), System.getenv()).open();
    }

    PrintWriter out() {
      return spec.commandLine().getOut();
    }
  }

  @Command(
      name = "describe",
      description = "Says what it is, what it shows and how it lies.",
      mixinStandardHelpOptions = true)
  int describe(@Mixin Target target) {
    TableName name = target.name();
    try (Lake lake = target.open()) {
      DeltaTable table = new LakePositions(lake).table(name);
      DeltaTable.Storage storage = table.storage();
      TextTable facts = new TextTable(List.of("what", "value"), List.of());
      facts.row(List.of("table", name.toString()));
      facts.row(List.of("path", table.path().toString()));
      facts.row(List.of("id", table.id()));
      facts.row(List.of("version", String.valueOf(table.version())));
      facts.row(List.of("cut", String.valueOf(table.watermark().cut())));
      facts.row(List.of("key", String.join(", ", table.schema().key())));
      facts.row(List.of("rows", String.valueOf(table.rows())));
      facts.row(List.of("files", String.valueOf(storage.files())));
      facts.row(List.of("bytes", String.valueOf(storage.bytes())));
      facts.row(List.of("dead rows", String.valueOf(storage.deadRows())));
      facts.row(
          List.of(
              "compaction",
              table.compactionDue(CompactionGoal.amidWork()) ? "is due" : "is not due"));
      facts.lines().forEach(target.out()::println);
      TextTable columns = new TextTable(List.of("column", "type", "null"), List.of());
      for (Column column : table.schema().columns()) {
        columns.row(List.of(column.name(), column.type().sql(), column.nullable() ? "yes" : "no"));
      }
      target.out().println();
      columns.lines().forEach(target.out()::println);
    }
    return ExitCode.OK;
  }

  @Command(
      name = "history",
      description = "Lists its versions, the newest first.",
      mixinStandardHelpOptions = true)
  int history(
      @Mixin Target target,
      @Option(
              names = "--limit",
              paramLabel = "N",
              description = "At most so many (default: ${DEFAULT-VALUE}).",
              converter = Count.class,
              defaultValue = "20")
          int limit) {
    TableName name = target.name();
    try (Lake lake = target.open()) {
      TextTable lines =
          new TextTable(
              List.of("version", "at", "operation", "cut", "files in", "files out", "rows"),
              List.of(0, 3, 4, 5));
      for (TableHistory.Entry entry :
          new LakePositions(lake).table(name).history().entries(limit)) {
        lines.row(
            List.of(
                String.valueOf(entry.version()),
                entry.at().toString(),
                entry.operation(),
                entry.cut().isPresent() ? String.valueOf(entry.cut().getAsLong()) : "",
                String.valueOf(entry.added()),
                String.valueOf(entry.removed()),
                entry.changesRows() ? "changed" : "same"));
      }
      lines.lines().forEach(target.out()::println);
    }
    return ExitCode.OK;
  }

  @Command(
      name = "compact",
      description = "Packs its small files and drops dead rows. Its service may be at work.",
      mixinStandardHelpOptions = true)
  int compact(
      @Mixin Target target,
      @Option(
              names = "--cluster-by",
              paramLabel = "COLUMN",
              split = ",",
              description = "Write all rows anew, ordered by these columns.")
          List<String> clusterBy,
      @Option(
              names = "--memory",
              paramLabel = "SIZE",
              description = "What DuckDB may take (default: ${DEFAULT-VALUE}).",
              defaultValue = "512MB")
          String memory,
      @Option(
              names = "--spill",
              paramLabel = "SIZE",
              description =
                  "What it may write to the folder for temporary files beyond its memory, to order"
                      + " rows for --cluster-by (default: ${DEFAULT-VALUE}).",
              defaultValue = "4GB")
          String spillMax)
      throws SQLException, IOException {
    TableName name = target.name();
    Path spill = Files.createTempDirectory("millrace-compact");
    try (Lake lake = target.open();
        DuckDb duckDb = DuckDb.inMemory(spill, new DuckDb.Limits(memory, 2, spillMax));
        Connection duck = duckDb.connect()) {
      DeltaTable table = new LakePositions(lake).table(name);
      List<String> columns = clusterBy == null ? List.of() : clusterBy;
      columns.forEach(c -> requireColumn(table, c));
      Compacted done =
          lake.maintenance(name).compact(duck, CompactionGoal.usual().clusteredBy(columns));
      target
          .out()
          .println(
              done.none()
                  ? name + " needs no compaction"
                  : "version %d: %d files (%d bytes) became %d (%d bytes), %d dead rows went"
                      .formatted(
                          done.version(),
                          done.filesBefore(),
                          done.bytesBefore(),
                          done.filesAfter(),
                          done.bytesAfter(),
                          done.deadRows()));
    } finally {
      Files.deleteIfExists(spill);
    }
    return ExitCode.OK;
  }

  private void requireColumn(DeltaTable table, String column) {
    if (table.schema().column(column).isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "table " + table.name() + " has no column " + column);
    }
  }

  @Command(
      name = "vacuum",
      description =
          "Deletes files that no version within the retention needs. Versions that its service has"
              + " not announced are kept, however old.",
      mixinStandardHelpOptions = true)
  int vacuum(
      @Mixin Target target,
      @Option(
              names = "--retention-hours",
              paramLabel = "H",
              description = "Versions younger than this stay readable (default: ${DEFAULT-VALUE}).",
              defaultValue = "168")
          long hours,
      @Option(names = "--force", description = "Allow a retention below 168 hours.") boolean force,
      @Option(names = "--dry-run", description = "Name the files, delete none.") boolean dryRun) {
    TableName name = target.name();
    VacuumBounds.Mode mode =
        dryRun
            ? VacuumBounds.Mode.DRY_RUN
            : force ? VacuumBounds.Mode.FORCED : VacuumBounds.Mode.SAFE;
    try (Lake lake = target.open()) {
      LakePositions positions = new LakePositions(lake);
      var _ = positions.table(name);
      OptionalLong announced = positions.announced(name);
      Vacuumed done =
          lake.maintenance(name)
              .vacuum(new VacuumBounds(Duration.ofHours(hours), announced.orElse(-1), mode));
      if (dryRun) {
        done.files().forEach(f -> target.out().println(f));
      }
      target
          .out()
          .println(
              "%d files (%d bytes) %s; versions from %d on are readable"
                  .formatted(
                      done.files().size(),
                      done.bytes(),
                      dryRun ? "would be deleted" : "deleted",
                      done.readableFrom()));
      if (announced.isEmpty()) {
        target.out().println("no service has announced this table yet, so its versions were kept");
      }
    }
    return ExitCode.OK;
  }

  @Command(
      name = "restore",
      description =
          "Makes its rows those of an older version, as a new version. Its service gives it up and"
              + " takes it again.",
      mixinStandardHelpOptions = true)
  int restore(
      @Mixin Target target,
      @Option(names = "--to-version", paramLabel = "N", description = "The version.")
          Optional<Long> toVersion,
      @Option(
              names = "--to-time",
              paramLabel = "TIME",
              description = "The newest version of then, such as 2026-01-31T12:00:00Z.")
          Optional<Instant> toTime,
      @Option(
              names = "--force",
              description = "Allow a version of another cut; cuts between are not applied again.")
          boolean force) {
    TableName name = target.name();
    if (toVersion.isPresent() == toTime.isPresent()) {
      throw new ParameterException(
          target.spec.commandLine(), "give either --to-version or --to-time");
    }
    try (Lake lake = target.open()) {
      DeltaTable table = new LakePositions(lake).table(name);
      long version = toTime.isPresent() ? versionAt(table, toTime.get()) : toVersion.orElseThrow();
      long made =
          lake.maintenance(name)
              .restore(version, force ? RestoreMode.ANY_CUT : RestoreMode.SAME_CUT);
      target.out().println("version %d of %s is version %d".formatted(made, name, version));
    }
    return ExitCode.OK;
  }

  private static long versionAt(DeltaTable table, Instant time) {
    return table
        .history()
        .versionAt(time)
        .orElseThrow(() ->
            new MillraceException(
                LakeError.LK_011_HISTORY_GONE,
                "the log of table " + table.name() + " begins after " + time + "."));
  }
}
