package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.DynamicTable.Lookup;
import io.millrace.warehouse.sql.LookupPolicy;
import io.millrace.warehouse.sql.LookupPolicy.OnBadValue;
import io.millrace.warehouse.sql.LookupPolicy.OnNoMatch;
import io.millrace.warehouse.sql.LookupPolicy.OnNull;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs rewritten lookups in DuckDB, in a time zone that is not UTC. */
class LookupTest {
  @TempDir Path temp;
  private Database database;

  @BeforeEach
  void open() throws SQLException {
    database = new Database("America/Bahia_Banderas");
    database.run(
        """
        CREATE TABLE dim.customer AS
        SELECT sk AS customer_sk, id, name, f::TIMESTAMPTZ AS valid_from, t::TIMESTAMPTZ AS valid_to,
               c AS is_current
        FROM (VALUES
          (-1, NULL, 'missing', '1900-01-01 00:00:00+00', '9999-12-31 00:00:00+00', true),
          (-3, 7, 'a default member that has a key', '1900-01-01 00:00:00+00', '9999-12-31 00:00:00+00', true),
          (71, 7, 'old', '2026-01-01 00:00:00+00', '2026-02-01 00:00:00+00', false),
          (72, 7, 'new', '2026-02-01 00:00:00+00', '9999-12-31 00:00:00+00', true),
          (81, 8, 'gone', '2026-01-01 00:00:00+00', '2026-02-01 00:00:00+00', false)
        ) v(sk, id, name, f, t, c)
        """);
    database.run(
        """
        CREATE TABLE dim.place AS
        SELECT * FROM (VALUES
          (11::BIGINT, 7::BIGINT, 'DE', 'x', TIMESTAMPTZ '1900-01-01', TIMESTAMPTZ '9999-12-31', true),
          (12, 7, 'FR', 'y', TIMESTAMPTZ '1900-01-01', TIMESTAMPTZ '9999-12-31', true)
        ) v(key, id, country, name, valid_from, valid_to, is_current)
        """);
    database.run(
        "CREATE TABLE staging.orders(id BIGINT, customer BIGINT, country VARCHAR, amount"
            + " DECIMAL(12,2), moment TIMESTAMPTZ, local TIMESTAMP, day DATE)");
    order(1, "NULL", "DE", "2026-01-15 00:00:00+00");
    order(2, "7", "DE", "2025-12-31 23:59:59.999999+00");
    order(3, "7", "FR", "2026-01-01 00:00:00+00");
    order(4, "7", "NULL", "2026-01-31 23:59:59.999999+00");
    order(5, "7", "DE", "2026-02-01 00:00:00+00");
    order(6, "8", "DE", "2026-03-01 00:00:00+00");
    order(7, "9", "DE", "2026-01-15 00:00:00+00");
    order(8, "7", "DE", "NULL");
  }

  @AfterEach
  void close() throws SQLException {
    database.close();
  }

  private void order(int id, String customer, String country, String at) throws SQLException {
    String country1 = country.equals("NULL") ? country : "'" + country + "'";
    String instant = at.equals("NULL") ? at : "'" + at + "'::TIMESTAMPTZ";
    database.run(
        "INSERT INTO staging.orders SELECT %d, %s, %s, 1, t, timezone('UTC', t), timezone('UTC', t)::DATE FROM (SELECT %s AS t)"
            .formatted(id, customer, country1, at.equals("NULL") ? "NULL::TIMESTAMPTZ" : instant));
  }

  private List<String> run(DynamicTable table) throws SQLException {
    return database.rows(table.query(TableName::toString, Optional.empty()) + " ORDER BY 1");
  }

  @Test
  void asOfGivesTheVersionOfTheInstantOrADefaultMember() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT id, lookup(dim.customer, customer, as_of => moment) AS sk FROM"
                    + " staging.orders")
            .m();
    assertThat(run(m))
        .containsExactly("1|-1", "2|-3", "3|71", "4|71", "5|72", "6|-3", "7|-3", "8|-4");
    assertThat(m.lookups())
        .containsExactly(
            new Lookup(
                TableName.parse("dim.customer"),
                true,
                Optional.of("sk"),
                new LookupPolicy(OnNull.MISSING, OnBadValue.DEFAULT, OnNoMatch.DEFAULT)));
    assertThat(m.inputs())
        .map(TableName::toString)
        .containsExactly("dim.customer", "staging.orders");
    assertThat(m.schema().key()).containsExactly("id");
  }

  @Test
  void withoutAsOfTheCurrentVersionCounts() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart("SELECT id, lookup(dim.customer, customer) AS sk FROM staging.orders")
            .m();
    assertThat(run(m))
        .containsExactly("1|-1", "2|72", "3|72", "4|72", "5|72", "6|-3", "7|-3", "8|72");
  }

  @Test
  void timestampsAndDatesAreReadAsUtc() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT id, lookup(dim.customer, customer, as_of => local) AS by_local,"
                    + " lookup(dim.customer, customer, as_of => day) AS by_day FROM staging.orders")
            .m();
    assertThat(run(m))
        .containsExactly(
            "1|-1|-1", "2|-3|-3", "3|71|71", "4|71|71", "5|72|72", "6|-3|-3", "7|-3|-3", "8|-4|-4");
  }

  @Test
  void aCompositeKeyMatchesOnAllItsColumnsAndMissesWhenOneIsNull() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart("SELECT id, lookup(dim.place, (customer, country)) AS k FROM staging.orders")
            .m();
    assertThat(run(m))
        .containsExactly("1|-1", "2|11", "3|12", "4|-1", "5|11", "6|-3", "7|-3", "8|11");
  }

  @Test
  void starDoesNotShowTheJoinedColumns() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT *, lookup(dim.customer, customer) AS sk FROM staging.orders"
                    + " WHERE lookup(dim.customer, customer) > 0")
            .m();
    assertThat(m.schema().names())
        .containsExactly("id", "customer", "country", "amount", "moment", "local", "day", "sk");
    assertThat(run(m)).hasSize(5);
    assertThat(m.schema().key()).containsExactly("id");
  }

  @Test
  void namesOfTheUserStayUnambiguous() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT id, lookup(dim.place, (customer, country)) AS key, name"
                    + " FROM staging.orders, (SELECT 'n' AS name) x")
            .m();
    assertThat(run(m)).first().isEqualTo("1|-1|n");
  }

  @Test
  void lookupsCanBeNestedInSubqueriesAndGroupedOutside() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                """
                WITH f AS (
                  SELECT amount, lookup(dim.customer, customer, as_of => moment) AS sk
                  FROM staging.orders
                )
                SELECT sk, sum(amount) AS amount FROM f GROUP BY sk
                """)
            .m();
    assertThat(run(m)).containsExactly("-4|1.00", "-3|3.00", "-1|1.00", "71|2.00", "72|1.00");
    assertThat(m.schema().key()).containsExactly("sk");
  }

  @Test
  void aLookupCanBeGroupedBy() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT lookup(dim.customer, customer) AS sk, count(*) AS n FROM staging.orders"
                    + " GROUP BY lookup(dim.customer, customer)")
            .m();
    assertThat(run(m)).containsExactly("-3|2", "-1|1", "72|5");
    assertThat(m.schema().key()).containsExactly("sk");
  }

  @Test
  void whatDoesNotApplyIsAskedBeforeAnythingElse() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT id, lookup(dim.customer, customer, as_of => moment, not_applicable => id IN"
                    + " (1, 2, 3, 8)) AS sk FROM staging.orders")
            .m();
    assertThat(run(m))
        .containsExactly("1|-2", "2|-2", "3|-2", "4|71", "5|72", "6|-3", "7|-3", "8|-2");
  }

  @Test
  void aConditionThatIsNullDoesNotHold() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT id, lookup(dim.customer, customer, not_applicable => country = 'FR',"
                    + " bad_value => country = 'XX') AS sk FROM staging.orders WHERE id IN (3, 4)")
            .m();
    assertThat(run(m)).containsExactly("3|-2", "4|72");
  }

  @Test
  void badValuesComeAfterMissingOnesAndBeforeThoseWithoutAMember() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT id, lookup(dim.place, (customer, country), bad_value => customer = 9 OR id"
                    + " <= 3) AS k FROM staging.orders")
            .m();
    assertThat(run(m))
        .containsExactly("1|-1", "2|-4", "3|-4", "4|-1", "5|11", "6|-3", "7|-4", "8|11");
  }

  @Test
  void aNullKeyCanMeanNotApplicable() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT id, lookup(dim.customer, customer, on_null => 'NOT_APPLICABLE') AS sk"
                    + " FROM staging.orders WHERE id IN (1, 7)")
            .m();
    assertThat(run(m)).containsExactly("1|-2", "7|-3");
  }

  @Test
  void failuresAreValuesThatNoMemberHas() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT id, lookup(dim.customer, customer, as_of => moment, on_null => 'FAIL',"
                    + " on_bad_value => 'FAIL', on_no_match => 'FAIL') AS sk FROM staging.orders")
            .m();
    assertThat(run(m))
        .containsExactly("1|-11", "2|-13", "3|71", "4|71", "5|72", "6|-13", "7|-13", "8|-14");
    assertThat(m.lookups().getFirst().policy().refusals())
        .extracting(LookupPolicy.Refusal::key)
        .containsExactly(-11L, -14L, -13L);
  }

  @Test
  void oneDimensionPlaysTwoRolesInAFact() throws SQLException {
    DynamicTable m =
        new TestFolder(temp)
            .mart(
                "SELECT id, lookup(dim.customer, customer, as_of => moment) AS buyer_sk,"
                    + " lookup(dim.customer, 8, as_of => TIMESTAMP '2026-01-10') AS payer_sk"
                    + " FROM staging.orders WHERE id IN (3, 5)")
            .m();
    assertThat(run(m)).containsExactly("3|71|81", "5|72|81");
    assertThat(m.lookups())
        .extracting(Lookup::column)
        .containsExactly(Optional.of("buyer_sk"), Optional.of("payer_sk"));
  }
}
