package io.millrace.marts;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Warehouse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dynamic table at cut 5 that another reads, and what its readers are told. */
class InputsTest {
  private static final TableName ABOVE = TableName.parse("marts.above");
  private static final String ROW = "(SELECT 1::BIGINT AS id, 1 AS _weight)";

  @TempDir Path directory;
  private TestShard shard;
  private KnownTable above;
  private Inputs inputs;

  @BeforeEach
  void open() {
    Warehouse warehouse =
        TestWarehouse.read(
            Map.of(
                "warehouse.yml",
                "name: w\nlake: ./lake\n",
                "sources/s.yml",
                "kind: cdc\nengine: postgres\nhost: h\ndatabase: d\nuser: u\npassword: ${env:P}\n"
                    + "tables: [a]\n",
                "staging/a.sql",
                "CREATE STAGING TABLE staging.a KEYS (id) AS SELECT * FROM raw.s.a",
                "marts/above.sql",
                "CREATE DYNAMIC TABLE marts.above AS SELECT id FROM staging.a",
                "marts/below.sql",
                "CREATE DYNAMIC TABLE marts.below AS SELECT id FROM marts.above"),
            Map.of("a", TestWarehouse.raw("id", "id BIGINT")));
    shard = new TestShard(warehouse, directory);
    inputs = new Inputs(shard.shard());
    above = new KnownTable(warehouse, "marts.above");
    above.through = 5;
    above.version = 3;
    Sql.run(shard.duck(), "CREATE SCHEMA marts");
    Sql.run(shard.duck(), "CREATE TABLE marts.above (id BIGINT)");
    inputs.opened(above);
  }

  @AfterEach
  void close() throws SQLException {
    shard.close();
  }

  private void committed(String changes, long cut) {
    inputs.follow(above);
    above.version++;
    inputs.changed(above, above.definition().schema(), changes, cut);
    above.through = cut;
  }

  @Test
  void changesAreToldToAReaderThatIsAtTheCutBefore() {
    committed(ROW, 6);
    assertThat(inputs.changes(ABOVE, 5, 6)).isPresent();
    assertThat(inputs.changed(ABOVE, 5, 6)).isTrue();
    assertThat(inputs.shownAt(ABOVE, 6)).isEqualTo(above.shown());
  }

  @Test
  void aReaderOfCommittedChangesThatCouldNotBeKeptReadsTheTableAsAWhole() {
    committed(ROW, 6);
    committed("no_such_relation", 7);
    assertThat(inputs.changed(ABOVE, 6, 7)).isTrue();
    assertThat(inputs.changes(ABOVE, 6, 7)).isEmpty();
    assertThat(inputs.readableFrom(List.of(ABOVE))).isEqualTo(7);
    committed(ROW, 8);
    assertThat(inputs.changes(ABOVE, 6, 8)).isEmpty();
    assertThat(inputs.changes(ABOVE, 7, 8)).isPresent();
    assertThat(
            Sql.number(
                shard.duck(), "SELECT count(*) FROM " + inputs.changes(ABOVE, 7, 8).orElseThrow()))
        .isEqualTo(1);
  }

  @Test
  void aVersionOfWhichNothingWasToldMakesReadersReadTheTableAsAWhole() {
    committed(ROW, 6);
    above.version++; // its files were written, then something failed
    committed(ROW, 7);
    assertThat(inputs.changes(ABOVE, 6, 7)).isEmpty();
    assertThat(inputs.changed(ABOVE, 6, 7)).isTrue();
    committed(ROW, 8);
    assertThat(inputs.changes(ABOVE, 7, 8)).isPresent();
  }

  @Test
  void rowsBeforeAnUntoldVersionCannotBeReadAnyMore() {
    committed(ROW, 6);
    above.version++;
    inputs.follow(above);
    assertThat(inputs.readableFrom(List.of(ABOVE))).isEqualTo(7);
  }

  @Test
  void aVersionWithTheSameRowsIsNoNews() {
    committed(ROW, 6);
    above.version++;
    inputs.unchanged(above);
    committed(ROW, 7);
    assertThat(inputs.changes(ABOVE, 6, 7)).isPresent();
  }

  @Test
  void aRebuildThatGivesAColumnAnotherTypeMakesReadersReadTheTableAsAWhole() {
    committed(ROW, 6);
    above.version++;
    RowSchema texts = new RowSchema(List.of(new Column("id", Simple.VARCHAR, true)), List.of());
    inputs.changed(above, texts, ROW, 7);
    above.through = 7;
    assertThat(inputs.changed(ABOVE, 6, 7)).isTrue();
    assertThat(inputs.changes(ABOVE, 6, 7)).isEmpty();
    committed(ROW, 8);
    assertThat(inputs.changes(ABOVE, 7, 8)).isPresent();
  }
}
