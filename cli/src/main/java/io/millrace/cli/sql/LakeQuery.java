package io.millrace.cli.sql;

import io.millrace.cli.position.CommonCut;
import io.millrace.cli.position.LakePositions;
import io.millrace.cli.position.TablePosition;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.lake.Sql;
import io.millrace.lake.TableHistory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Runs a user's SELECT over the lake alone, all its tables at one cut. */
public final class LakeQuery {
  private LakeQuery() {}

  /**
   * What a SELECT gave.
   *
   * @param cut the cut that was read, empty when no table was named
   * @param columns names
   * @param rows values: null, Number, Boolean or text
   */
  public record Answer(OptionalLong cut, List<String> columns, List<List<@Nullable Object>> rows) {}

  /**
   * Runs it.
   *
   * @param cut the cut to read at; empty for the greatest that its tables share
   * @throws MillraceException CLI-003 to CLI-006
   */
  public static Answer run(Path lakeRoot, String select, OptionalLong cut) {
    return run(lakeRoot.toString(), select, cut);
  }

  /** As {@link #run(Path, String, OptionalLong)}, of a lake that may be in an object store. */
  public static Answer run(String lakePlace, String select, OptionalLong cut) {
    try (Lake lake = LakeLocation.of(lakePlace, System.getenv()).open();
        DuckDb sandbox = DuckDb.sandbox(lake.root(), DuckDb.Limits.small());
        Connection duck = sandbox.connect()) {
      UserSelect parsed = UserSelect.parse(duck, select);
      if (parsed.tables().isEmpty()) {
        return read(duck, parsed.text(), OptionalLong.empty());
      }
      LakePositions positions = new LakePositions(lake);
      List<TablePosition> named = parsed.tables().stream().map(positions::of).toList();
      CommonCut common = new CommonCut(named);
      long at = cut.isPresent() ? common.exactly(cut.getAsLong()) : common.greatest();
      for (TableName table : parsed.tables()) {
        Sql.run(duck, "CREATE SCHEMA IF NOT EXISTS " + Sql.name(table.schema()));
        view(duck, positions.table(table), at, parsed.where());
      }
      return read(duck, parsed.text(), OptionalLong.of(at));
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static void view(Connection duck, DeltaTable table, long cut, WhereConditions where) {
    OptionalLong version = table.history().versionAt(cut);
    if (version.isEmpty()) {
      throw new MillraceException(
          CliError.CLI_005_NO_COMMON_CUT,
          "table " + table.name() + " began after cut " + cut + ".");
    }
    String view = table.name().toString();
    TableHistory history = table.history();
    long at = version.getAsLong();
    var _ = history.createView(duck, at, view, where.on(table.name(), history.schemaAt(at)));
    Sql.run(
        duck,
        "CREATE VIEW %s.%s AS FROM temp.main.%s"
            .formatted(
                Sql.name(table.name().schema()), Sql.name(table.name().name()), Sql.name(view)));
  }

  private static Answer read(Connection duck, String select, OptionalLong cut) {
    try (Statement statement = duck.createStatement();
        ResultSet rows = statement.executeQuery(select)) {
      ResultSetMetaData about = rows.getMetaData();
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        columns.add(about.getColumnLabel(i));
      }
      List<List<@Nullable Object>> values = new ArrayList<>();
      while (rows.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= columns.size(); i++) {
          row.add(plain(rows.getObject(i)));
        }
        values.add(row);
      }
      return new Answer(cut, columns, values);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Number number -> number;
      case Boolean truth -> truth;
      case OffsetDateTime at -> at.withOffsetSameInstant(ZoneOffset.UTC).toInstant().toString();
      case byte[] bytes -> HexFormat.of().formatHex(bytes);
      default -> value.toString();
    };
  }

  private static MillraceException failed(SQLException e) {
    String words = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new MillraceException(
        CliError.CLI_004_SQL_FAILED, "DuckDB does not run the SELECT: " + words, e);
  }
}
