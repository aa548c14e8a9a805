package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTableTest {
  @TempDir Path temp;

  private StagingTable staging(String select) {
    return (StagingTable)
        new TestFolder(temp)
            .with("staging/s.sql", "CREATE STAGING TABLE staging.s KEYS (k) AS " + select)
            .table("staging.s");
  }

  @Test
  void partitionsDecideNoRows() {
    StagingTable plain = staging("SELECT id AS k, country FROM raw.shop.orders");
    StagingTable apart =
        (StagingTable)
            new TestFolder(temp)
                .with(
                    "staging/s.sql",
                    "CREATE STAGING TABLE staging.s PARTITION BY (country) KEYS (k)"
                        + " AS SELECT id AS k, country FROM raw.shop.orders")
                .table("staging.s");
    assertThat(apart.partitionBy()).containsExactly("country");
    assertThat(plain.partitionBy()).isEmpty();
    assertThat(apart.definition()).isEqualTo(plain.definition());
  }

  @Test
  void readsOnlyWhatTheSelectUsesAndTheKey() {
    StagingTable s =
        staging("SELECT o.id AS k, upper(o.country) AS c FROM raw.shop.orders o WHERE amount > 0");
    assertThat(s.usedColumns()).containsExactly("id", "country", "amount");
    assertThat(s.keyColumns()).containsExactly(java.util.Map.entry("k", "id"));
    assertThat(s.schema().columns()).map(Column::nullable).containsExactly(false, true);
    assertThat(s.inputs()).isEmpty();
    assertThat(s.source() + "." + s.resource()).isEqualTo("shop.orders");
  }

  @Test
  void namesAreComparedWithoutCase() {
    StagingTable s = staging("SELECT ID AS K, Amount FROM RAW.Shop.ORDERS WHERE COUNTRY > ''");
    assertThat(s.keyColumns()).containsExactly(java.util.Map.entry("K", "id"));
    assertThat(s.usedColumns()).containsExactly("id", "country", "amount");
  }

  @Test
  void pseudoColumnsAreReadByNameAndLeftOutOfStar() throws SQLException {
    StagingTable s =
        staging(
            "SELECT * EXCLUDE (opens) RENAME (id AS k), raw.shop.orders._op AS op, _cut AS cut"
                + " FROM raw.shop.orders");
    assertThat(s.schema().names())
        .containsExactly(
            "k", "customer", "country", "amount", "moment", "local", "day", "op", "cut");
    try (Database database = new Database("UTC")) {
      database.run(
          "CREATE TABLE batch(_cut BIGINT, id BIGINT, customer BIGINT, country VARCHAR, amount"
              + " DECIMAL(12,2), opens TIME, moment TIMESTAMPTZ, local TIMESTAMP, day DATE, _op"
              + " VARCHAR, _committed_at TIMESTAMPTZ, _position BIGINT)");
      database.run(
          "INSERT INTO batch VALUES (5, 1, 2, 'DE', 3, NULL, NULL, NULL, NULL, 'u', NULL, 9)");
      assertThat(database.rows(s.select("batch")))
          .containsExactly("1|2|DE|3.00|null|null|null|u|5");
    }
  }

  private StagingTable images(String clause, String select) {
    return (StagingTable)
        new TestFolder(temp)
            .with("staging/s.sql", "CREATE STAGING TABLE staging.s " + clause + " AS " + select)
            .table("staging.s");
  }

  @Test
  void aHistoryIsKeyedByThePlaceInTheSource() {
    StagingTable s =
        images(
            "HISTORY",
            "SELECT id AS k, amount, _op AS op, _POSITION AS Place, _committed_at AS changed_at"
                + " FROM raw.shop.orders");
    assertThat(s.rows()).isEqualTo(StagingTable.Rows.HISTORY);
    assertThat(s.schema().key()).containsExactly("Place");
    assertThat(s.keyColumns()).isEmpty();
    assertThat(s.usedColumns()).containsExactly("id", "amount");
    assertThat(s.schema().columns().stream().filter(c -> !c.nullable()).map(Column::name))
        .as("an emptying of the source has no key")
        .containsExactly("Place");
  }

  @Test
  void deletesMayBeLeftOutOfAHistory() {
    StagingTable s =
        images(
            "HISTORY",
            "SELECT id, _position AS place FROM raw.shop.orders WHERE _op NOT IN ('d', 't')");
    assertThat(s.schema().key()).containsExactly("place");
  }

  @Test
  void appendedRowsHaveNoKeyAndNeedNone() {
    StagingTable s = images("APPEND", "SELECT id AS k, amount FROM raw.shop.orders");
    assertThat(s.rows()).isEqualTo(StagingTable.Rows.APPENDED);
    assertThat(s.schema().key()).isEmpty();
    assertThat(s.schema().columns()).map(Column::nullable).containsExactly(false, true);
  }

  @Test
  void whatTheRowsAreIsPartOfTheDefinition() {
    String select = "SELECT id AS k, _op AS op, _position AS place FROM raw.shop.orders";
    assertThat(
            Stream.of("KEYS (k)", "APPEND", "HISTORY")
                .map(clause -> images(clause, select).definition()))
        .doesNotHaveDuplicates();
  }

  @Test
  void tablesOverAppendedRowsAreBagsUnlessTheyGroup() {
    TestFolder folder =
        new TestFolder(temp)
            .with(
                "staging/s.sql",
                "CREATE STAGING TABLE staging.s APPEND AS SELECT id AS k, customer, amount, moment"
                    + " FROM raw.shop.orders");
    assertThat(folder.mart("SELECT k, amount FROM staging.s").m().schema().key()).isEmpty();
    assertThat(
            folder
                .mart("SELECT customer, sum(amount) AS s FROM staging.s GROUP BY customer")
                .m()
                .schema()
                .key())
        .containsExactly("customer");
    Dimension dimension =
        (Dimension)
            folder
                .with(
                    "dimensions/d.sql",
                    "CREATE DIMENSION dim.d FROM HISTORY KEYS (customer) SEQUENCE BY moment STORED"
                        + " AS SCD TYPE 2 AS SELECT customer, amount, moment FROM staging.s")
                .table("dim.d");
    assertThat(dimension.feed()).isEqualTo(Dimension.Feed.HISTORY);
  }
}
