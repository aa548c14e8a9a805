package io.millrace.marts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.contracts.wire.PublishedVersion;
import io.millrace.lake.CommitResult;
import io.millrace.lake.CompactionGoal;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.shard.FollowedTable;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of another service in a real lake, each of whose versions adds a row. */
class InputMirrorTest {
  private static final TableName NAME = TableName.parse("staging.a");

  @TempDir Path directory;
  private TestShard shard;
  private DeltaTable table;
  private Mirror writers;
  private InputMirror mirror;

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
                "CREATE STAGING TABLE staging.a KEYS (id) AS SELECT * FROM raw.s.a"),
            Map.of("a", TestWarehouse.raw("id", "id BIGINT, name VARCHAR")));
    shard = new TestShard(warehouse, directory);
    Table definition = warehouse.table(NAME).orElseThrow();
    table = shard.lake().create(NAME, TableSpec.of(definition.schema()), Watermark.at(-1, "first"));
    writers = Mirror.load(shard.duck(), table, "written");
    mirror = new InputMirror(shard.shard(), new FollowedTable(shard.shard(), definition));
  }

  @AfterEach
  void close() throws SQLException {
    shard.close();
  }

  /** Adds a row as the version of a cut; gives what is to be announced of it. */
  private PublishedVersion commit(long cut) {
    return commit(
        cut,
        "SELECT id, name FROM %s UNION ALL SELECT %d, 'a'"
            .formatted(writers.relation(), table.version()));
  }

  private PublishedVersion commit(long cut, String select) {
    String wanted = "(" + select + ")";
    RowDiff.Changes changes =
        RowDiff.of(table).into(shard.duck(), "changes_of_a", writers.relation(), wanted);
    CommitResult result =
        table.commit(shard.duck(), writers, changes.relation(), Watermark.at(cut, "first"));
    assertThat(result).isInstanceOf(CommitResult.Committed.class);
    return new PublishedVersion(
        NAME.toString(), table.id(), table.version() - 1, table.version(), cut, null);
  }

  private long rows() {
    return Sql.number(shard.duck(), "SELECT count(*) FROM " + mirror.relation());
  }

  private String shownRows() {
    try (Statement statement = shard.duck().createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT string_agg(id || '=' || coalesce(name, 'null'), ' ' ORDER BY id) FROM "
                    + mirror.relation())) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void followsAnnouncedVersionsByTheirChanges() {
    shard.publish(NAME, 5, commit(5));
    mirror.bring(5);
    shard.publish(NAME, 7, commit(6), commit(7));
    mirror.bring(6);
    assertThat(rows()).isEqualTo(2);
    mirror.bring(7);
    assertThat(rows()).isEqualTo(3);
    assertThat(mirror.log().coversAfter(5)).isTrue();
    assertThat(mirror.log().changed(6, 7)).isTrue();
  }

  @Test
  void takesOutAndPutsInWhatChangedOverSeveralVersions() {
    shard.publish(NAME, 5, commit(5, "FROM (VALUES (1, 'a'), (2, 'b'), (3, NULL)) t(id, name)"));
    mirror.bring(5);
    shard.publish(
        NAME,
        7,
        commit(6, "FROM (VALUES (1, 'c'), (3, 'd'), (4, 'e')) t(id, name)"),
        commit(7, "FROM (VALUES (1, 'a'), (3, 'f'), (5, NULL)) t(id, name)"));
    mirror.bring(7);
    assertThat(shownRows()).isEqualTo("1=a 3=f 5=null");
    assertThat(mirror.log().coversAfter(5)).as("the changes, to a reader at 5").isTrue();
  }

  @Test
  void isReadAnewWhenARowThatWentIsNotThere() {
    shard.publish(NAME, 5, commit(5, "FROM (VALUES (1, 'a'), (2, 'b')) t(id, name)"));
    mirror.bring(5);
    Sql.run(shard.duck(), "UPDATE %s SET id = 77 WHERE id = 2".formatted(mirror.relation()));
    shard.publish(NAME, 7, commit(7, "FROM (VALUES (1, 'a')) t(id, name)"));
    mirror.bring(7);
    assertThat(shownRows()).isEqualTo("1=a");
    assertThat(mirror.log().coversAfter(5)).as("the changes, to a reader at 5").isFalse();
  }

  @Test
  void aVersionOfACutThatReadersHavePassedMakesThemReadItAsAWhole() {
    shard.publish(NAME, 5, commit(5));
    mirror.bring(5);
    shard.publish(NAME, 9);
    mirror.bring(9);
    shard.publish(NAME, 10, commit(8));
    mirror.bring(9);
    assertThat(rows()).as("as its readers know it").isEqualTo(1);
    mirror.bring(10);
    assertThat(rows()).isEqualTo(2);
    assertThat(mirror.log().coversAfter(9)).as("the changes, to a reader at 9").isFalse();
    assertThat(mirror.log().changed(9, 10)).isTrue();
  }

  @Test
  void beginsFromTheRowsWhenVacuumHasTakenTheChanges() throws IOException {
    shard.publish(NAME, 5, commit(5));
    mirror.bring(5);
    shard.publish(NAME, 7, commit(6), commit(7));
    List<Path> before = dataFiles();
    var _ = shard.lake().maintenance(NAME).compact(shard.duck(), CompactionGoal.usual());
    for (Path file : before) {
      Files.delete(file);
    }
    mirror.bring(7);
    assertThat(rows()).isEqualTo(3);
    assertThat(mirror.log().coversAfter(5)).as("the changes, to a reader at 5").isFalse();
  }

  @Test
  void isReadAnewWhenItsTableWasMadeAnew() {
    shard.publish(NAME, 7, commit(5), commit(6), commit(7));
    mirror.bring(7);
    assertThat(rows()).isEqualTo(3);
    var _ = shard.lake().maintenance(NAME).drop();
    table = shard.lake().create(NAME, TableSpec.of(table.schema()), Watermark.at(-1, "first"));
    writers = Mirror.load(shard.duck(), table, "written");
    shard.publish(NAME, 9, commit(8));
    mirror.bring(9);
    assertThat(rows()).isEqualTo(1);
  }

  private List<Path> dataFiles() throws IOException {
    try (Stream<Path> files = Files.list(table.path())) {
      return files.filter(f -> f.toString().endsWith(".parquet")).toList();
    }
  }

  @Test
  void whatIsDroppedLeavesNothingAndCanBeLoadedAgain() {
    shard.publish(NAME, 5, commit(5));
    mirror.bring(5);
    mirror.drop();
    mirror.log().drop();
    assertThat(
            Sql.number(
                shard.duck(),
                "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE '% of staging.a'"))
        .isZero();
    mirror.bring(5);
    assertThat(rows()).isEqualTo(1);
  }

  /** Another table under the name, still empty. */
  private void makeAnew() {
    var _ = shard.lake().maintenance(NAME).drop();
    table = shard.lake().create(NAME, TableSpec.of(table.schema()), Watermark.at(-1, "first"));
    writers = Mirror.load(shard.duck(), table, "written");
  }

  @Test
  void isReadAnewWhenTheTableWasMadeAnewThoughItHasFewerVersionsThanTheFormer() {
    shard.publish(NAME, 5, commit(4), commit(5));
    mirror.bring(5);
    makeAnew();
    shard.publish(NAME, 7, commit(3, "FROM (VALUES (7, 'x')) t(id, name)"));
    mirror.bring(7);
    assertThat(shownRows()).isEqualTo("7=x");
    assertThat(mirror.log().coversAfter(5)).as("the changes, to a reader at 5").isFalse();
  }

  @Test
  void isNotTakenForEmptyBeforeTheTableThatWasMadeAnewSaysHowFarItIs() {
    shard.publish(NAME, 5, commit(4), commit(5));
    makeAnew();
    assertThatThrownBy(() -> mirror.bring(5))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("staging.a");
    shard.publish(NAME, 5, commit(3, "FROM (VALUES (7, 'x')) t(id, name)"));
    mirror.bring(5);
    assertThat(shownRows()).isEqualTo("7=x");
  }

  /** Rows that readers have taken are not those that the changes of a rebuild take back. */
  @Test
  void isReadAnewWhenARebuildGivesAColumnAnotherType() {
    RowSchema texts = table.schema();
    RowSchema numbers =
        new RowSchema(
            List.of(texts.columns().getFirst(), new Column("name", Simple.BIGINT, true)),
            texts.key());
    var _ = shard.lake().maintenance(NAME).drop();
    table = shard.lake().create(NAME, TableSpec.of(numbers), Watermark.at(-1, "first"));
    writers = Mirror.load(shard.duck(), table, "written");
    shard.publish(NAME, 5, commit(5, "FROM (VALUES (1, 10), (2, 20)) t(id, name)"));
    mirror.bring(5);
    assertThat(shownRows()).isEqualTo("1=10 2=20");
    RowDiff.Changes changes =
        new RowDiff(NAME, numbers, texts, texts.key())
            .into(
                shard.duck(),
                "changes_of_a",
                writers.relation(),
                "(FROM (VALUES (1, '10'), (2, 'b')) t(id, name))");
    var _ =
        table.commit(shard.duck(), writers, changes.relation(), Watermark.at(7, "second"), texts);
    shard.publish(
        NAME, 7, new PublishedVersion(NAME.toString(), table.id(), 1L, table.version(), 7L, null));
    mirror.bring(7);
    assertThat(shownRows()).isEqualTo("1=10 2=b");
    assertThat(mirror.log().coversAfter(5)).as("the changes, to a reader at 5").isFalse();
  }
}
