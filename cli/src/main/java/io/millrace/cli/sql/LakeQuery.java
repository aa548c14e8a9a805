package io.millrace.cli.sql;

import io.millrace.cli.position.CommonCut;
import io.millrace.cli.position.LakePositions;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.lake.TablesAtCut;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
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

  /** Takes what a SELECT gives, as it comes. */
  public interface Rows {
    /**
     * Called once, before all rows.
     *
     * @param cut the cut that was read, empty when no table was named
     * @param columns names
     */
    void begin(OptionalLong cut, List<String> columns);

    /** Called for every row with its values: null, Number, Boolean or text. */
    void row(List<@Nullable Object> values);

    /** Called once, after all rows. */
    void end();
  }

  /** The moment to read at. */
  public sealed interface Moment {
    /** The newest that all tables can be read at. */
    record Newest() implements Moment {}

    /** One cut. */
    record Cut(long cut) implements Moment {}

    /** What tables showed by a time: the newest cut that all of them had by then. */
    record AsOf(Instant time) implements Moment {}

    /** A cut, or the newest when empty. */
    static Moment of(OptionalLong cut) {
      return cut.isPresent() ? new Cut(cut.getAsLong()) : new Newest();
    }
  }

  /**
   * Runs it and keeps all rows.
   *
   * @param cut the cut to read at; empty for the greatest that its tables share
   * @throws MillraceException CLI-003 to CLI-006
   */
  public static Answer run(Path lakeRoot, String select, OptionalLong cut) {
    return run(lakeRoot.toString(), select, cut);
  }

  /** As {@link #run(Path, String, OptionalLong)}, of a lake that may be in an object store. */
  public static Answer run(String lakePlace, String select, OptionalLong cut) {
    Kept kept = new Kept();
    run(lakePlace, select, Moment.of(cut), kept);
    return new Answer(kept.cut, kept.columns, kept.rows);
  }

  private static final class Kept implements Rows {
    private final List<List<@Nullable Object>> rows = new ArrayList<>();
    private OptionalLong cut = OptionalLong.empty();
    private List<String> columns = List.of();

    @Override
    public void begin(OptionalLong cut, List<String> columns) {
      this.cut = cut;
      this.columns = columns;
    }

    @Override
    public void row(List<@Nullable Object> values) {
      rows.add(values);
    }

    @Override
    public void end() {}
  }

  /**
   * Runs it and hands the rows on one by one.
   *
   * @throws MillraceException CLI-003 to CLI-006
   */
  public static void run(String lakePlace, String select, Moment moment, Rows rows) {
    try (Lake lake = LakeLocation.of(lakePlace, System.getenv()).open();
        DuckDb sandbox = DuckDb.sandbox(lake.root(), DuckDb.Limits.small());
        Connection duck = sandbox.connect()) {
      UserSelect parsed = UserSelect.parse(duck, select);
      if (parsed.tables().isEmpty()) {
        read(duck, parsed.text(), OptionalLong.empty(), rows);
        return;
      }
      LakePositions positions = new LakePositions(lake);
      long at = cut(positions, parsed.tables(), moment);
      TablesAtCut tables = new TablesAtCut(duck, at);
      for (TableName table : parsed.tables()) {
        requireBegun(positions.table(table), at);
        tables.add(positions.table(table), columns -> parsed.where().on(table, columns));
      }
      read(duck, parsed.text(), OptionalLong.of(at), rows);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static long cut(LakePositions positions, Set<TableName> tables, Moment moment) {
    return switch (moment) {
      case Moment.Newest() -> new CommonCut(tables.stream().map(positions::of).toList()).greatest();
      case Moment.Cut(long cut) ->
          new CommonCut(tables.stream().map(t -> positions.of(t, cut)).toList()).exactly(cut);
      case Moment.AsOf(Instant time) ->
          new CommonCut(tables.stream().map(t -> positions.of(t, time)).toList()).greatest();
    };
  }

  private static void requireBegun(DeltaTable table, long cut) {
    if (table.history().versionAt(cut).isEmpty()) {
      throw new MillraceException(
          CliError.CLI_005_NO_COMMON_CUT,
          "table " + table.name() + " began after cut " + cut + ".");
    }
  }

  private static void read(Connection duck, String select, OptionalLong cut, Rows rows) {
    try (Statement statement = duck.createStatement();
        ResultSet found = statement.executeQuery(select)) {
      ResultSetMetaData about = found.getMetaData();
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= about.getColumnCount(); i++) {
        columns.add(about.getColumnLabel(i));
      }
      rows.begin(cut, columns);
      while (found.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= columns.size(); i++) {
          row.add(plain(found.getObject(i)));
        }
        rows.row(row);
      }
      rows.end();
    } catch (SQLException e) {
      throw failed(reason(duck, select, e));
    }
  }

  /** Rows that are streamed fail without their reason; run for its plan, the SELECT gives it. */
  private static SQLException reason(Connection duck, String select, SQLException streamed) {
    if (!String.valueOf(streamed.getMessage()).contains("Invalid result set")) {
      return streamed;
    }
    try (Statement statement = duck.createStatement()) {
      var _ = statement.execute("EXPLAIN ANALYZE " + select);
      return streamed;
    } catch (SQLException e) {
      return e;
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
