package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.kernel.Operation;
import io.delta.kernel.TableManager;
import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import io.delta.kernel.utils.CloseableIterable;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommitConflictTest extends LakeFixture {

  @Test
  void aZombieIsFencedAndLeavesNothing() throws Exception {
    DeltaTable zombie = createTable();
    Mirror zombies = Mirror.load(duck, zombie, "zombies");
    DeltaTable table = lake.open(NAME);
    make(
        table, Mirror.load(duck, table, "mirror"), 5, "SELECT 1 AS id, 'new' AS name, 1 AS amount");
    assertThatThrownBy(() -> make(zombie, zombies, 6, "SELECT 1 AS id, 'old' AS name, 1 AS amount"))
        .hasMessageStartingWith("LK-005");
    assertThatThrownBy(() -> make(zombie, zombies, 7, "SELECT 1 AS id, 'old' AS name, 1 AS amount"))
        .hasMessageStartingWith("LK-005");
    assertThatThrownBy(() -> zombies.refresh(duck)).hasMessageStartingWith("LK-005");
    assertThat(KernelReader.rows(table.path())).containsExactly("1|new|1.00");
  }

  @Test
  void aRearrangementOfFilesIsFollowedAndTheChangeMadeAgain() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "FROM mirror UNION ALL BY NAME SELECT 3 AS id, 'c' AS name");
    optimize(lake);
    String wanted = "SELECT id, upper(name) AS name, amount FROM mirror WHERE id > 1";
    assertThat(make(table, mirror, 2, wanted)).isEqualTo(new CommitResult.Moved(2));
    assertThatThrownBy(() -> make(table, mirror, 2, wanted)).hasMessageStartingWith("LK-008");
    mirror.refresh(duck);
    assertThat(make(table, mirror, 2, wanted)).isInstanceOf(CommitResult.Committed.class);
    assertThat(KernelReader.rows(table.path())).containsExactly("2|B|NULL", "3|C|NULL");
    assertThat(rows(SCHEMA, "mirror")).containsExactly("2|B|NULL", "3|C|NULL");
  }

  @Test
  void aRearrangementBeforeOpeningIsNobodysFault() {
    createTable();
    optimize(lake);
    DeltaTable table = lake.open(NAME);
    Mirror mirror = Mirror.load(duck, table, "mirror");
    assertThat(make(table, mirror, 2, "SELECT * FROM mirror WHERE id = 2"))
        .isInstanceOf(CommitResult.Committed.class);
  }

  @Test
  void anOutsidersChangeStopsTheWriterWhetherItComesBeforeOrAfterOpening() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    List<LiveFile> all = List.copyOf(table.scan().files());
    outsider(
        lake,
        new FileChanges(all, List.of(), List.of(), List.of()),
        Map.of(LakeCommitter.CUT, "none"));
    assertThatThrownBy(() -> make(table, mirror, 2, "SELECT * FROM mirror WHERE id = 2"))
        .hasMessageStartingWith("LK-006");
    DeltaTable opened = lake.open(NAME);
    assertThat(opened.rows()).isZero();
    assertThatThrownBy(() -> Mirror.load(duck, opened, "other")).hasMessageStartingWith("LK-006");
  }

  @Test
  void anOutsidersRowsAreAdoptedWhereThatIsThePolicy() throws Exception {
    lake.onOutsiders(OutsiderPolicy.ADOPT);
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "FROM mirror UNION ALL BY NAME SELECT 3 AS id, 'c' AS name");
    List<LiveFile> first = table.scan().files().stream().filter(f -> f.rows() == 2).toList();
    outsider(
        lake,
        new FileChanges(first, List.of(), List.of(), List.of()),
        Map.of(LakeCommitter.CUT, "none"));
    String wanted = "FROM mirror UNION ALL BY NAME SELECT 4 AS id, 'd' AS name";
    assertThat(make(table, mirror, 2, wanted)).isEqualTo(new CommitResult.Moved(2));
    assertThat(table.adopted()).containsExactly(2L);
    mirror.refresh(duck);
    assertThat(rows(SCHEMA, "mirror")).containsExactly("3|c|NULL");
    assertThat(make(table, mirror, 2, wanted)).isInstanceOf(CommitResult.Committed.class);
    assertThat(KernelReader.rows(table.path())).containsExactly("3|c|NULL", "4|d|NULL");
    // followers get the outsider's change from the feed, under the cut before it
    assertThat(table.changes().versions(1, 3))
        .extracting(v -> v.version() + " at " + v.watermark().cut())
        .containsExactly("2 at 1", "3 at 2");
    var _ = table.changes().load(duck, 2, "feed");
    assertThat(strings("SELECT _change_type, id FROM feed"))
        .containsExactly("delete|1", "delete|2");
    DeltaTable opened = lake.open(NAME);
    assertThat(rows(SCHEMA, Mirror.load(duck, opened, "other").relation()))
        .containsExactly("3|c|NULL", "4|d|NULL");
  }

  @Test
  void anOutsidersColumnsAreNeverAdopted() {
    lake.onOutsiders(OutsiderPolicy.ADOPT);
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    outsiderSets("millrace.key", "[]");
    assertThatThrownBy(() -> make(table, mirror, 2, "SELECT * FROM mirror WHERE id = 2"))
        .hasMessageStartingWith("LK-006");
    DeltaTable opened = lake.open(NAME);
    assertThatThrownBy(() -> Mirror.load(duck, opened, "other")).hasMessageStartingWith("LK-006");
  }

  private void outsiderSets(String property, String value) {
    var _ =
        TableManager.loadSnapshot(lake.path(NAME).toString())
            .withCommitter(new LakeCommitter())
            .build(lake.engine())
            .buildUpdateTableTransaction("outsider", Operation.MANUAL_UPDATE)
            .withTablePropertiesAdded(Map.of(property, value))
            .build(lake.engine())
            .commit(lake.engine(), CloseableIterable.emptyIterable());
  }

  @Test
  void aPropertyThatIsNoneOfOursStopsNobody() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    outsiderSets("delta.logRetentionDuration", "interval 14 days");
    String wanted = "SELECT * FROM mirror WHERE id = 2";
    assertThat(make(table, mirror, 1, wanted)).isEqualTo(new CommitResult.Moved(1));
    mirror.refresh(duck);
    assertThat(make(table, mirror, 1, wanted)).isInstanceOf(CommitResult.Committed.class);
    outsiderSets("delta.logRetentionDuration", "interval 7 days");
    DeltaTable opened = lake.open(NAME);
    Mirror other = Mirror.load(duck, opened, "other");
    assertThat(make(opened, other, 2, "FROM other")).isInstanceOf(CommitResult.Committed.class);
    assertThat(KernelReader.rows(table.path())).containsExactly("2|b|NULL");
  }

  @Test
  void aCommitWhoseAnswerWasLostIsRecognisedAndNotDoubled() throws Exception {
    createTable();
    LosingFiles files = new LosingFiles();
    try (Lake lossy = lakeOn(files)) {
      DeltaTable table = lossy.open(NAME);
      Mirror mirror = Mirror.load(duck, table, "mirror");
      files.loseAnswer = true;
      CommitResult result =
          make(table, mirror, 1, "FROM mirror UNION ALL BY NAME SELECT 3 AS id, 'c' AS name");
      assertThat(files.loseAnswer).isFalse();
      assertThat(result).isInstanceOf(CommitResult.Committed.class);
      assertThat(table.version()).isEqualTo(1);
      assertThat(mirror.current()).isTrue();
      assertThat(make(table, mirror, 2, "SELECT * FROM mirror WHERE id = 3"))
          .isInstanceOf(CommitResult.Committed.class);
      assertThat(KernelReader.rows(table.path())).containsExactly("3|c|NULL");
      assertThat(rows(SCHEMA, "mirror")).containsExactly("3|c|NULL");
    }
  }

  @Test
  void aCommitThatIsLostWithItsLogUnreadableIsFoundAtTheNextRefresh() throws Exception {
    createTable();
    LosingFiles files = new LosingFiles();
    try (Lake lossy = lakeOn(files)) {
      DeltaTable table = lossy.open(NAME);
      Mirror mirror = Mirror.load(duck, table, "mirror");
      files.loseAnswer = true;
      files.unreadable = true;
      String wanted = "FROM mirror UNION ALL BY NAME SELECT 3 AS id, 'c' AS name";
      assertThatThrownBy(() -> make(table, mirror, 1, wanted)).hasMessageStartingWith("LK-003");
      files.unreadable = false;
      assertThatThrownBy(() -> make(table, mirror, 1, wanted)).hasMessageStartingWith("LK-008");
      mirror.refresh(duck);
      assertThat(table.watermark().cut()).isEqualTo(1);
      assertThat(rows(SCHEMA, "mirror")).containsExactly("1|a|1.00", "2|b|NULL", "3|c|NULL");
      assertThat(KernelReader.rows(table.path())).isEqualTo(rows(SCHEMA, "mirror"));
    }
  }

  @Test
  void aCommitThatFailsWithoutATraceCanBeMadeAgain() {
    createTable();
    LosingFiles files = new LosingFiles();
    try (Lake lossy = lakeOn(files)) {
      DeltaTable table = lossy.open(NAME);
      Mirror mirror = Mirror.load(duck, table, "mirror");
      files.refuse = true;
      String wanted = "SELECT * FROM mirror WHERE id = 2";
      assertThatThrownBy(() -> make(table, mirror, 1, wanted)).hasMessageStartingWith("LK-007");
      mirror.refresh(duck);
      assertThat(make(table, mirror, 1, wanted)).isInstanceOf(CommitResult.Committed.class);
      assertThat(rows(SCHEMA, "mirror")).containsExactly("2|b|NULL");
    }
  }

  @Test
  void aMirrorThatCannotFollowIsLoadedAgain() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    Sql.run(
        duck, "CREATE OR REPLACE TEMP TABLE wanted AS SELECT 1 AS id, 'x' AS name, 2 AS amount");
    RowDiff.Changes changes = RowDiff.of(table).into(duck, "changes", "mirror", "wanted");
    Sql.run(duck, "DROP TABLE mirror");
    assertThat(table.commit(duck, mirror, changes.relation(), Watermark.at(1, "d")))
        .isInstanceOf(CommitResult.Committed.class);
    assertThat(mirror.current()).isFalse();
    mirror.refresh(duck);
    assertThat(rows(SCHEMA, "mirror")).containsExactly("1|x|2.00");
  }

  /** Files that, told so, write a log file and then say they failed, or do not read or write. */
  private static final class LosingFiles extends LocalFiles {
    boolean loseAnswer;
    boolean unreadable;
    boolean refuse;

    @Override
    public CloseableIterator<io.delta.kernel.utils.FileStatus> listFrom(String filePath)
        throws IOException {
      if (unreadable) {
        throw new IOException("planned");
      }
      return super.listFrom(filePath);
    }

    @Override
    public OutputFile newOutputFile(String path) {
      OutputFile real = super.newOutputFile(path);
      return new OutputFile() {
        @Override
        public String path() {
          return real.path();
        }

        @Override
        public PositionOutputStream create(boolean atomicWrite) throws IOException {
          return real.create(atomicWrite);
        }

        @Override
        public void writeAtomically(CloseableIterator<String> data, boolean overwrite)
            throws IOException {
          if (refuse) {
            refuse = false;
            throw new IOException("planned");
          }
          real.writeAtomically(data, overwrite);
          if (loseAnswer && path.endsWith(".json")) {
            loseAnswer = false;
            throw new IOException("planned");
          }
        }
      };
    }
  }
}
