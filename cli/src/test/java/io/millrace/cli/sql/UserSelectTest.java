package io.millrace.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DuckDb;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserSelectTest {
  @TempDir Path directory;
  private DuckDb duckDb;
  private Connection duck;

  @BeforeEach
  void open() {
    duckDb = DuckDb.sandbox(directory, DuckDb.Limits.small());
    duck = duckDb.connect();
  }

  @AfterEach
  void close() throws SQLException {
    duck.close();
    duckDb.close();
  }

  @Test
  void findsTheTablesInEveryCornerOfASelect() {
    UserSelect select =
        UserSelect.parse(
            duck,
            """
            WITH c AS (SELECT * FROM dim.Customer)
            SELECT (SELECT count(*) FROM marts.order_lines) FROM c JOIN staging.orders o USING (k)
            WHERE k IN (FROM staging.nation SELECT k) UNION ALL (FROM range(3))
            """);
    assertThat(select.tables().stream().map(TableName::toString))
        .containsExactly("dim.customer", "marts.order_lines", "staging.nation", "staging.orders");
  }

  /** There {@code t.id} is a field of a struct, if anything. */
  @ParameterizedTest
  @ValueSource(strings = {"SEMI", "ANTI"})
  void demandsNothingOfATableThatWhereDoesNotSee(String join) {
    RowSchema schema =
        new RowSchema(List.of(new Column("id", DataType.Simple.BIGINT, false)), List.of("id"));
    WhereConditions where =
        UserSelect.parse(
                duck, "FROM marts.m " + join + " JOIN staging.t ON m.id = t.id WHERE t.id = 2")
            .where();
    assertThat(where.on(TableName.parse("staging.t"), schema)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "FROM staging.orders",
        "VALUES (1), (2)",
        "SELECT * FROM range(3)",
        "WITH größe_2 AS (SELECT 1) FROM größe_2",
        "SELECT unnest([1, 2])"
      })
  void takesSelects(String text) {
    assertThat(UserSelect.parse(duck, text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM staging.orders",
        "DROP TABLE staging.orders",
        "CREATE TABLE t AS SELECT 1",
        "COPY (SELECT 1) TO 'x.csv'",
        "ATTACH 'x.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '1GB'",
        "PRAGMA database_list",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE staging.orders",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT (SELECT content FROM read_text('/etc/passwd'))",
        "WITH x AS (FROM glob('/etc/*')) FROM x",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'lake/part.parquet'",
        "SELECT * FROM \"a/b.parquet\" WHERE EXISTS (WITH \"a/b.parquet\" AS (SELECT 1) SELECT 1)",
        "WITH \"b.parquet\" AS (FROM \"b.parquet\") FROM \"b.parquet\"",
        "SELECT * FROM query('FROM staging.orders')",
        "SELECT * FROM query_table('staging.orders')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM raw.shop.orders",
        "SELECT * FROM memory.staging.orders",
        "SELECT * FROM orders",
        "DESCRIBE staging.orders",
        "SELECT * FROM (DESCRIBE staging.orders)",
        "SUMMARIZE staging.orders",
        "EXPLAIN SELECT 1",
        "SELEC 1",
        ""
      })
  void refusesWhatIsNotOneSelectOverTables(String text) {
    assertThatThrownBy(() -> UserSelect.parse(duck, text))
        .as(text)
        .isInstanceOf(MillraceException.class)
        .hasMessageStartingWith("CLI-003");
  }
}
