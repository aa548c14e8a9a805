package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import java.nio.file.Path;
import java.sql.SQLException;
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
}
