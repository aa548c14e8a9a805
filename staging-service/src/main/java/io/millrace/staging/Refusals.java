package io.millrace.staging;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.ContractError;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.contracts.error.StagingError;
import io.millrace.lake.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The records that a step refuses, kept in DuckDB, for a topic may hold nothing but garbage. Used
 * by the shard's loop alone.
 */
final class Refusals {
  private static final String TABLE = "staging_refused";
  private static final int AT_ONCE = 1_000;
  private static final Map<String, ErrorCode> CODES =
      Stream.<ErrorCode[]>of(ContractError.values(), ChangelogError.values(), StagingError.values())
          .flatMap(Arrays::stream)
          .collect(Collectors.toMap(ErrorCode::code, Function.identity()));

  private final Connection duck;

  Refusals(Connection duck) {
    this.duck = duck;
  }

  /** A step begins: none is refused. */
  void begin() {
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE "
            + TABLE
            + " (_position BIGINT, stage VARCHAR, code VARCHAR, reason VARCHAR)");
  }

  /** Adds some. */
  void add(List<Refusal> refused) {
    for (int from = 0; from < refused.size(); from += AT_ONCE) {
      Sql.run(
          duck,
          refused.subList(from, Math.min(refused.size(), from + AT_ONCE)).stream()
              .map(r ->
                  "(%d, %s, %s, %s)"
                      .formatted(
                          r.position(),
                          Sql.text(r.stage().name()),
                          Sql.text(r.code().code()),
                          Sql.text(r.reason())))
              .collect(Collectors.joining(", ", "INSERT INTO " + TABLE + " VALUES ", "")));
    }
  }

  /**
   * Adds all of a query.
   *
   * @param positions SELECT of one column
   */
  void addAll(String positions, Refusal.Stage stage, ErrorCode code, String reason) {
    Sql.run(
        duck,
        "INSERT INTO %s SELECT *, %s, %s, %s FROM (%s)"
            .formatted(
                TABLE, Sql.text(stage.name()), Sql.text(code.code()), Sql.text(reason), positions));
  }

  /** SELECT of their positions. */
  static String positions() {
    return "SELECT _position FROM " + TABLE;
  }

  /** How many there are. */
  long count() {
    return Sql.number(duck, "SELECT count(*) FROM " + TABLE);
  }

  /** Those of a stretch of offsets, both ends among them, by position. */
  Map<Long, Refusal> between(long first, long last) {
    Map<Long, Refusal> found = new TreeMap<>();
    try (Statement statement = duck.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT * FROM %s WHERE _position BETWEEN %d AND %d"
                    .formatted(TABLE, first, last))) {
      while (rows.next()) {
        found.put(
            rows.getLong(1),
            new Refusal(
                rows.getLong(1),
                Refusal.Stage.valueOf(rows.getString(2)),
                Objects.requireNonNull(CODES.get(rows.getString(3))),
                rows.getString(4)));
      }
      return found;
    } catch (SQLException e) {
      throw new MillraceException(
          ShardError.SHD_006_STATEMENT_FAILED,
          "DuckDB could not list the records that a step refuses. The cause says why.",
          e);
    }
  }
}
