package io.millrace.cli.verify;

import io.millrace.cli.position.CommonCut;
import io.millrace.cli.position.LakePositions;
import io.millrace.cli.position.TablePosition;
import io.millrace.cli.verify.Finding.Outcome;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Calendar;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.StagingTable;
import io.millrace.warehouse.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Looks at tables in the lake, each at the newest cut at which it and its inputs can be read, and
 * compares them with what their statements say of their inputs at that cut. One thread.
 */
public final class Verification {
  private static final String STORED = "stored";
  private static final String WANTED = "wanted";

  private final Lake lake;
  private final DuckDb duckDb;
  private final CutTimes times;

  /** None of these is closed here. */
  public Verification(Lake lake, DuckDb duckDb, CutTimes times) {
    this.lake = lake;
    this.duckDb = duckDb;
    this.times = times;
  }

  /** Looks at one table. */
  public Finding of(Table table) {
    return of(table, 0);
  }

  /**
   * Looks at one table, and at as many of its versions before, each at the cut that it shows.
   *
   * @return what is wrong with the oldest one that is not right; else what was found of the newest
   */
  public Finding of(Table table, int versionsBefore) {
    try (Connection duck = duckDb.connect()) {
      LakePositions positions = new LakePositions(lake);
      if (positions.of(table.name()).at() < 0) {
        return new Finding(table.name(), -1, Outcome.SKIPPED, "it shows no cut yet");
      }
      long cut = new CommonCut(withInputs(table, positions)).greatest();
      for (long earlier : cutsBefore(positions.table(table.name()), cut, versionsBefore)) {
        Finding finding = at(duck, positions, table, earlier);
        if (finding.outcome() != Outcome.RIGHT) {
          return finding;
        }
      }
      return at(duck, positions, table, cut);
    } catch (MillraceException e) {
      Outcome outcome =
          e.errorCode() == CliError.CLI_005_NO_COMMON_CUT ? Outcome.SKIPPED : Outcome.FAILED;
      return new Finding(table.name(), -1, outcome, e.getMessage());
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB closed no connection", e);
    }
  }

  /** The cuts that its last versions before a cut show, oldest first. */
  private static List<Long> cutsBefore(DeltaTable table, long cut, int versions) {
    if (versions == 0) {
      return List.of();
    }
    List<Long> cuts =
        table.changes().versions(Math.max(0, table.version() - versions), table.version()).stream()
            .map(version -> version.watermark().cut())
            .filter(shown -> shown >= 0 && shown < cut)
            .distinct()
            .toList();
    return cuts.subList(Math.max(0, cuts.size() - versions), cuts.size());
  }

  private Finding at(Connection duck, LakePositions positions, Table table, long cut) {
    if (!view(duck, positions.table(table.name()), cut, STORED)) {
      return new Finding(table.name(), cut, Outcome.WRONG, "no version shows this cut");
    }
    return switch (table) {
      case StagingTable staging -> staging(duck, staging, cut);
      case Dimension dimension -> dimension(duck, positions, dimension, cut);
      case Calendar calendar -> calendar(duck, calendar, cut);
      case DynamicTable dynamic -> dynamic(duck, positions, dynamic, cut);
    };
  }

  private static List<TablePosition> withInputs(Table table, LakePositions positions) {
    return Stream.concat(Stream.of(table.name()), table.inputs().stream())
        .map(positions::of)
        .toList();
  }

  private static Finding staging(Connection duck, StagingTable table, long cut) {
    String problems = new KeyChecks(duck).uniqueAndFilled(STORED, table.schema().key());
    return finding(table, cut, duck, problems);
  }

  private Finding dimension(
      Connection duck, LakePositions positions, Dimension dimension, long cut) {
    String problems = new DimensionChecks(duck, dimension).problems(STORED);
    if (problems.isEmpty()) {
      String missing = inputs(duck, positions, dimension, cut);
      if (!missing.isEmpty()) {
        return new Finding(dimension.name(), cut, Outcome.SKIPPED, missing);
      }
      Sql.run(
          duck,
          "CREATE OR REPLACE TEMP TABLE %s AS %s"
              .formatted(WANTED, dimension.select(relation(dimension.input()))));
      problems = new DimensionChecks(duck, dimension).currentMembers(STORED, WANTED);
    }
    return finding(dimension, cut, duck, problems);
  }

  private static Finding calendar(Connection duck, Calendar calendar, long cut) {
    String days = "(SELECT * FROM %s WHERE %s > 0)".formatted(STORED, Calendar.DATE_KEY);
    RowComparison.Difference difference =
        RowComparison.exact(duck, calendar.schema().names())
            .compare("(" + calendar.select() + ")", days);
    return finding(calendar, cut, duck, difference.none() ? "" : difference.toString());
  }

  private Finding dynamic(Connection duck, LakePositions positions, DynamicTable table, long cut) {
    Optional<Instant> now = table.usesNow() ? times.at(cut) : Optional.empty();
    if (table.usesNow() && now.isEmpty()) {
      return new Finding(
          table.name(),
          cut,
          Outcome.SKIPPED,
          "its query asks for the time, and the time of the cut is known only from a running"
              + " warehouse's cut log");
    }
    String missing = inputs(duck, positions, table, cut);
    if (!missing.isEmpty()) {
      return new Finding(table.name(), cut, Outcome.SKIPPED, missing);
    }
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS %s"
            .formatted(WANTED, table.query(Verification::relation, now)));
    RowComparison.Difference difference = comparison(duck, table).compare(WANTED, STORED);
    return finding(table, cut, duck, difference.none() ? "" : difference.toString());
  }

  private static RowComparison comparison(Connection duck, DynamicTable table) {
    return table.repeatsExactly()
        ? RowComparison.exact(duck, table.schema().names())
        : RowComparison.close(duck, table.schema());
  }

  /** Makes views of the inputs at the cut; words if one cannot be read there. */
  private String inputs(Connection duck, LakePositions positions, Table table, long cut) {
    for (TableName input : table.inputs()) {
      if (!view(duck, positions.table(input), cut, input.toString())) {
        return input + " began later";
      }
    }
    return "";
  }

  private static String relation(TableName input) {
    return "temp.main." + Sql.name(input.toString());
  }

  private static boolean view(Connection duck, DeltaTable table, long cut, String name) {
    OptionalLong version = table.history().versionAt(cut);
    if (version.isEmpty()) {
      return false;
    }
    var _ = table.history().createView(duck, version.getAsLong(), name);
    return true;
  }

  private static Finding finding(Table table, long cut, Connection duck, String problems) {
    long rows = Sql.number(duck, "SELECT count(*) FROM " + STORED);
    return problems.isEmpty()
        ? new Finding(table.name(), cut, Outcome.RIGHT, "%,d rows".formatted(rows))
        : new Finding(
            table.name(), cut, Outcome.WRONG, problems + " (of %,d rows)".formatted(rows));
  }
}
