package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.kernel.internal.deletionvectors.Base85Codec;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

class ChangeFeedTest extends LakeFixture {

  private List<String> feed(DeltaTable table, long version) {
    table.changes().load(duck, version, "feed");
    return strings("SELECT _change_type, id, name, amount FROM feed");
  }

  @Test
  void tellsInsertsBothImagesOfUpdatesAndDeletes() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 3, "FROM (VALUES (2, 'b', 2), (3, 'c', 3)) t(id, name, amount)");
    assertThat(feed(table, 0)).containsExactly("insert|1|a|1.00", "insert|2|b|null");
    assertThat(feed(table, 1))
        .containsExactly(
            "delete|1|a|1.00",
            "insert|3|c|3.00",
            "update_postimage|2|b|2.00",
            "update_preimage|2|b|null");
    assertThat(table.path().resolve("_change_data")).isDirectoryContaining("glob:**.parquet");
  }

  @Test
  void needsNoChangeFilesForInsertsAlone() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 3, "FROM mirror UNION ALL BY NAME SELECT 3 AS id");
    assertThat(table.path().resolve("_change_data")).doesNotExist();
    assertThat(feed(table, 1)).containsExactly("insert|3|null|null");
  }

  /** Files of a log whose beginning is cleaned away when its first commit is about to be read. */
  private static final class CleanedFiles extends LocalFiles {
    boolean clean;
    boolean down;
    int listed;

    @Override
    public Optional<Content> read(Path file) throws IOException {
      if (clean) {
        clean = false;
        for (int version = 0; version <= 3; version++) {
          Files.delete(LocalFiles.directoryOf(file).resolve("%020d.json".formatted(version)));
        }
      }
      return super.read(file);
    }

    @Override
    public CloseableIterator<FileStatus> listFrom(String filePath) throws IOException {
      listed++;
      if (down) {
        throw new IOException("no route to host");
      }
      return super.listFrom(filePath);
    }
  }

  /** A follower of a version that is gone goes on from newer rows: an outage must not say so. */
  @Test
  void noVersionIsGoneBecauseTheStorageDoesNotAnswer() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "SELECT 3 AS id, 'c' AS name, 1 AS amount");
    CleanedFiles files = new CleanedFiles();
    try (Lake far = lakeOn(files)) {
      TableHistory history = far.open(NAME).history();
      files.down = true;
      assertThatThrownBy(() -> history.createView(duck, 0, "old")).hasMessageStartingWith("LK-003");
      files.down = false;
      assertThat(rows(history.createView(duck, 0, "old"), "old"))
          .containsExactly("1|a|1.00", "2|b|NULL");
    }
  }

  @Test
  void saysThatVersionsAreGoneThatAreCleanedAwayMeanwhile() {
    DeltaTable writer = createTable();
    Mirror mirror = Mirror.load(duck, writer, "mirror");
    for (int cut = 1; cut <= 5; cut++) {
      make(writer, mirror, cut, "FROM mirror UNION ALL BY NAME SELECT " + 10 * cut + " AS id");
    }
    CleanedFiles files = new CleanedFiles();
    try (Lake cleaned = lakeOn(files)) {
      ChangeFeed feed = cleaned.open(NAME).changes();
      files.listed = 0;
      assertThat(feed.versions(0, 5)).hasSize(5);
      assertThat(files.listed).as("a log is long: it is not listed to follow it").isZero();
      files.clean = true;
      assertThatThrownBy(() -> feed.versions(0, 5))
          .hasMessageContaining("versions 1 to 3 are gone");
      assertThat(feed.versions(3, 9)).hasSize(2);
    }
  }

  @Test
  void leavesOutVersionsThatChangeNoRowsAndThoseNotThereYet() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 3, "FROM mirror");
    optimize(lake);
    mirror.refresh(duck);
    table.refresh();
    mirror.refresh(duck);
    make(table, mirror, 4, "SELECT * FROM mirror WHERE id = 1");
    assertThat(table.changes().versions(-1, 99))
        .extracting(ChangeFeed.FeedVersion::version)
        .containsExactly(0L, 3L);
    assertThat(table.changes().versions(0, 3))
        .extracting(v -> v.watermark().cut())
        .containsExactly(4L);
    assertThat(table.changes().versions(3, 3)).isEmpty();
    assertThat(table.changes().versions(7, 9)).isEmpty();
    assertThat(feed(table, 2)).isEmpty();
  }

  @Test
  void isDerivedFromFilesAndDeletionVectorsWhereThereAreNoChangeFiles() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(
        table,
        mirror,
        1,
        "FROM mirror UNION ALL BY NAME FROM (VALUES (3, 'c'), (4, 'd')) t(id, name)");
    LiveFile first = table.scan().files().iterator().next();
    RoaringBitmap dead = RoaringBitmap.bitmapOf(0);
    DeletionVector vector =
        DeletionVector.write(table.folder(), Map.of(0L, dead)).values().iterator().next();
    LiveFile second = List.copyOf(table.scan().files()).get(1);
    LiveFile partly = first.with(vector, dead);
    outsider(
        lake,
        new FileChanges(List.of(first, second), List.of(partly), List.of(), List.of()),
        Map.of(LakeCommitter.CUT, "none"));
    assertThat(feed(lake.open(NAME), 2))
        .containsExactly("delete|1|a|1.00", "delete|3|c|null", "delete|4|d|null");
    outsider(
        lake,
        new FileChanges(List.of(partly), List.of(first), List.of(), List.of()),
        Map.of(LakeCommitter.CUT, "none"));
    assertThat(feed(lake.open(NAME), 3)).containsExactly("insert|1|a|1.00");
    assertThat(first.vector()).isEqualTo(Optional.empty());
  }

  @Test
  void readsDeletionVectorsOfOthersInsideTheLogAndWritesNone() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "SELECT * FROM mirror WHERE id = 2");
    assertThat(Files.readString(table.path().resolve("_delta_log/00000000000000000001.json")))
        .contains("\"storageType\":\"u\"");
    LiveFile first = table.scan().files().iterator().next();
    RoaringBitmap dead = RoaringBitmap.bitmapOf(0, 1);
    byte[] bytes = DeletionVector.bytes(dead);
    DeletionVector inside =
        new DeletionVector("i", Base85Codec.encodeBytes(bytes), Optional.empty(), bytes.length, 2);
    outsider(
        lake,
        new FileChanges(List.of(first), List.of(first.with(inside, dead)), List.of(), List.of()),
        Map.of(LakeCommitter.CUT, "none"));
    assertThat(feed(lake.open(NAME), 2)).containsExactly("delete|2|b|null");
  }

  @Test
  void saysWhenAVersionIsGone() throws Exception {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    make(table, mirror, 1, "SELECT * FROM mirror WHERE id = 2");
    make(table, mirror, 2, "SELECT 5 AS id, 'e' AS name, 1 AS amount");
    Files.delete(table.path().resolve("_delta_log/00000000000000000000.json"));
    assertThatThrownBy(() -> table.changes().versions(-1, 2))
        .hasMessageStartingWith("LK-011")
        .hasMessageContaining("versions 0 to 0");
    assertThat(table.changes().versions(0, 2)).hasSize(2);
    try (var files = Files.list(table.path().resolve("_change_data"))) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
    }
    assertThatThrownBy(() -> feed(table, 2)).hasMessageStartingWith("LK-011");
  }
}
