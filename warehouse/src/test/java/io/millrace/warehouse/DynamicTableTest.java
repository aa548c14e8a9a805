package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.DynamicTable.RefreshMode;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Node;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DynamicTableTest {
  private static final Instant NOW = Instant.parse("2026-11-20T23:30:00.123456Z");

  @TempDir Path temp;

  @Test
  void nowMeansTheGivenInstantInEveryForm() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                """
                SELECT epoch_us(now()) AS a, epoch_us(current_timestamp) AS b,
                       epoch_us(get_current_timestamp()) AS c, epoch_us(transaction_timestamp()) AS d,
                       current_date AS e, today() AS f, localtimestamp AS g,
                       current_localtimestamp() AS h, current_date() AS i
                """)
            .m();
    assertThat(m.usesNow()).isTrue();
    String micros = "1795217400123456";
    try (Database database = new Database("UTC")) {
      assertThat(database.rows(m.query(TableName::toString, Optional.of(NOW))))
          .containsExactly(
              String.join(
                  "|",
                  micros,
                  micros,
                  micros,
                  micros,
                  "2026-11-20",
                  "2026-11-20",
                  "2026-11-20 23:30:00.123456",
                  "2026-11-20 23:30:00.123456",
                  "2026-11-20"));
    }
    assertThatThrownBy(() -> m.query(TableName::toString, Optional.empty()))
        .hasMessage("the query asks for the time");
  }

  @Test
  void aTableThatDoesNotAskForTheTimeSaysSo() {
    assertThat(new TestFolder(temp).mart("SELECT id FROM staging.orders").m().usesNow()).isFalse();
  }

  @Test
  void outputColumnsHaveTheirStoredTypes() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT sum(id) AS s, count(*) AS n, avg(id) AS a, sum(amount) AS d,"
                    + " '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID AS u, 1::UBIGINT AS b"
                    + " FROM staging.orders")
            .m();
    List<String> types = m.schema().columns().stream().map(c -> c.type().sql()).toList();
    assertThat(types)
        .containsExactly(
            "DECIMAL(38,0)", "BIGINT", "DOUBLE", "DECIMAL(38,2)", "UUID", "DECIMAL(20,0)");
    try (Database database = new Database("UTC")) {
      database.run("CREATE TABLE staging.orders(id BIGINT, amount DECIMAL(12,2))");
      assertThat(database.types(m.query(TableName::toString, Optional.empty()))).isEqualTo(types);
    }
  }

  @Test
  void anyRelationCanStandForATable() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT orders.id, staging.orders.customer FROM staging.orders"
                    + " WHERE EXISTS (FROM staging.lines WHERE order_id = staging.orders.id)")
            .m();
    String sql =
        m.query(
            t ->
                t.name().equals("orders")
                    ? "(SELECT 1 AS id, 2 AS customer UNION ALL SELECT 3, 4)"
                    : "(VALUES (3)) AS given(order_id)",
            Optional.empty());
    try (Database database = new Database("UTC")) {
      assertThat(
              database.rows(
                  sql.replace("(VALUES (3)) AS given(order_id)", "(SELECT 3 AS order_id)")))
          .containsExactly("3|4");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT id, amount FROM staging.orders                                             | id
          SELECT o.id AS order_id FROM staging.orders o WHERE amount > 0                    | order_id
          SELECT amount FROM staging.orders                                                 |
          SELECT DISTINCT id FROM staging.orders                                            | id
          SELECT * FROM staging.lines                                                       | order_id,line
          SELECT l.line, l.order_id FROM staging.lines l JOIN staging.orders o ON l.order_id = o.id | order_id,line
          SELECT l.line, l.order_id FROM staging.orders o JOIN staging.lines l ON o.id = l.order_id | order_id,line
          SELECT l.line, o.id FROM staging.lines l JOIN staging.orders o ON l.order_id = o.id |
          SELECT o.id, l.line FROM staging.orders o LEFT JOIN staging.lines l ON o.id = l.order_id |
          SELECT o.id FROM staging.orders o JOIN staging.lines l ON o.id = l.order_id AND l.line = 1 | id
          SELECT o.id FROM staging.orders o JOIN staging.lines l ON o.id = l.order_id OR l.line = 1 |
          SELECT a.id FROM staging.orders a JOIN staging.orders b ON a.customer = b.customer  |
          SELECT a.id FROM staging.orders a LEFT JOIN staging.orders b ON a.customer = b.id AND a.day < b.day | a.id
          SELECT id FROM staging.orders JOIN staging.customers USING (id)                   |
          SELECT id FROM staging.orders SEMI JOIN staging.lines ON order_id = id             | id
          SELECT id, unnest([1, 2]) AS u FROM staging.orders                                |
          SELECT country, sum(amount) AS s FROM staging.orders GROUP BY country             | country
          SELECT country AS land, sum(amount) AS s FROM staging.orders o GROUP BY o.country | land
          SELECT day, country, count(*) AS n FROM staging.orders GROUP BY ALL               | day,country
          SELECT day, country, count(*) AS n FROM staging.orders GROUP BY 2, 1              | country,day
          SELECT date_trunc('month', day) AS month, count(*) AS n FROM staging.orders GROUP BY date_trunc('month', day) | month
          SELECT date_trunc('month', day) AS month, count(*) AS n FROM staging.orders GROUP BY month | month
          SELECT count(*) AS n FROM staging.orders GROUP BY country                         |
          SELECT country, day, count(*) AS n FROM staging.orders GROUP BY ROLLUP (country, day) |
          SELECT count(*) AS n FROM staging.orders                                          |
          SELECT id FROM staging.orders UNION ALL SELECT id FROM staging.orders             |
          WITH x AS (SELECT id FROM staging.orders) SELECT id FROM x                        |
          SELECT upper(country) AS country, count(*) AS n FROM staging.orders GROUP BY country |
          SELECT upper(c) AS c, count(*) AS n FROM (SELECT country AS c FROM staging.orders) GROUP BY c |
          SELECT customer AS id, count(*) AS n FROM staging.orders GROUP BY id, customer    |
          SELECT id AS customer, customer AS id, count(*) AS n FROM staging.orders GROUP BY id, customer | customer,id
          SELECT customers.id, count(*) AS n FROM staging.orders, staging.customers GROUP BY staging.orders.id, staging.customers.id |
          SELECT c.id, count(*) AS n FROM staging.orders o LEFT JOIN staging.customers c USING (id) GROUP BY id, c.id |
          SELECT country, unnest(list(amount)) AS u FROM staging.orders GROUP BY country    |
          SELECT id, unlist([1, 2]) AS u FROM staging.orders                                |
          SELECT id, generate_subscripts([1, 2], 1) AS u FROM staging.orders                |
          SELECT customer, (SELECT max(c.name) FROM staging.customers c WHERE c.id = o.id) AS m, count(*) AS n FROM staging.orders o GROUP BY ALL | customer,m
          SELECT o.id, o.country FROM staging.customers o JOIN staging.lines l ON l.order_id = o.id AND l.line = 1 AND EXISTS (SELECT 1 FROM staging.orders o) | id,country
          """)
  void theKeyIsWhatIdentifiesARow(String select, String key) {
    List<String> expected =
        key == null ? List.of() : List.of(key.replace("a.id", "id").split(",", -1));
    assertThat(new TestFolder(temp).mart(select).m().schema().key()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id, moment FROM staging.orders ORDER BY moment LIMIT extract(day FROM now())",
        "SELECT id FROM staging.orders ORDER BY id OFFSET extract(minute FROM now())",
        "SELECT quantile_cont(amount, extract(day FROM now()) / 100.0) AS q FROM staging.orders",
      })
  void whatTheTimeMakesIsNotTakenForAConstant(String select) {
    assertThat(new TestFolder(temp).mart(select).m().algebra()).isInstanceOf(Algebra.Unknown.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "moment >= date_trunc('day', now()) - INTERVAL 1 DAY",
        "day > last_day(current_date - INTERVAL 1 MONTH)",
        "local >= time_bucket(INTERVAL 1 HOUR, localtimestamp) - INTERVAL 1 HOUR",
      })
  void theTimeInCallsOfCallsMovesRowsInAndOut(String condition) {
    Algebra algebra =
        new TestFolder(temp).mart("SELECT id FROM staging.orders WHERE " + condition).m().algebra();
    assertThat(((Algebra.Known) algebra).root().all())
        .anyMatch(node -> node instanceof Node.Filter filter && filter.moves());
  }

  @Test
  void clausesAreReadInAnyOrder() {
    DynamicTable m =
        (DynamicTable)
            new TestFolder(temp)
                .with(
                    "marts/m.sql",
                    """
                    /* a */ create dynamic table "marts".m
                      COMMENT = 'it''s AS SELECT' -- AS SELECT
                      keys ("amount", ID)
                      Refresh_Mode = FULL
                      TARGET_LAG='90 min'
                    AS (FROM staging.orders);
                    """)
                .table("marts.m");
    assertThat(m.comment()).contains("it's AS SELECT");
    assertThat(m.keys()).containsExactly("amount", "id");
    assertThat(m.schema().key()).containsExactly("amount", "id");
    assertThat(m.refreshMode()).isEqualTo(RefreshMode.FULL);
    assertThat(m.targetLag()).isEqualTo(new TargetLag.Within(Duration.ofMinutes(90)));
  }

  @Test
  void clausesOfOtherSystemsAreTakenWithANotice() {
    TestFolder folder =
        new TestFolder(temp)
            .with(
                "marts/m.sql",
                """
                CREATE OR REPLACE DYNAMIC TABLE marts.m
                  REFRESH_STRATEGY = AFFECTED_KEYS
                  DEDUPLICATION = true
                  CARDINALITY_THRESHOLD = 0.3
                  INITIALIZE = on_schedule
                  TARGET_LAG = 'downstream'
                AS SELECT id FROM staging.orders
                """);
    DynamicTable m = folder.m();
    assertThat(m.refreshMode()).isEqualTo(RefreshMode.INCREMENTAL);
    assertThat(m.onChange()).isEqualTo(DynamicTable.OnChange.REPLACE);
    assertThat(m.initialize()).isEqualTo(DynamicTable.Initialize.ON_SCHEDULE);
    assertThat(m.cardinalityThreshold()).hasValue(0.3);
    assertThat(m.targetLag()).isEqualTo(new TargetLag.Downstream());
    assertThat(folder.read().notices())
        .containsExactlyInAnyOrder(
            "marts/m.sql:2:22: REFRESH_STRATEGY is another name of REFRESH_MODE",
            "marts/m.sql:3:19: DEDUPLICATION says nothing here: every refresh writes only rows that"
                + " differ");
  }

  @Test
  void tablesInTheWrongPlaceAreNoted() {
    String statement = "create or replace dynamic table marts.s as select id from staging.orders";
    TestFolder folder = new TestFolder(temp).mart("SELECT id FROM staging.orders");
    for (String file :
        List.of(
            "marts/sub/s.sql",
            "marts/s.SQL",
            "mart/s.sql",
            "s.sql",
            ".git/s.sql",
            "marts/.s.sql",
            "marts/s.txt")) {
      folder.with(file, statement);
    }
    folder.with("queries/s.sql", "SELECT 1").with("sources/eu/api.yml", "kind: api\n");
    String why =
        " is not read: sources are sources/*.yml, tables *.sql directly in staging, dimensions or"
            + " marts";
    assertThat(folder.read().notices())
        .containsExactly(
            "mart/s.sql" + why,
            "marts/s.SQL" + why,
            "marts/sub/s.sql" + why,
            "s.sql" + why,
            "sources/eu/api.yml" + why);
  }

  @Test
  void theStatementsOtherClausesAreNoPartOfItsDefinition() {
    String plain = new TestFolder(temp).mart("SELECT id FROM staging.orders").m().definition();
    DynamicTable other =
        new TestFolder(temp)
            .with(
                "marts/m.sql",
                "CREATE OR REPLACE DYNAMIC TABLE marts.m TARGET_LAG = '1 hour' INITIALIZE ="
                    + " ON_SCHEDULE CARDINALITY_THRESHOLD = 0.5 COMMENT = 'c' AS SELECT id FROM"
                    + " staging.orders")
            .m();
    assertThat(other.definition()).isEqualTo(plain);
  }
}
