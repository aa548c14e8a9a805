package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table of 53 versions with a checkpoint at 50, one file of whose log is damaged. */
class DamagedLogTest extends LakeFixture {
  private static final List<String> ROWS = List.of("1|v53|1.00");

  @SuppressWarnings("NullAway.Init") // made before each test
  private Path log;

  @BeforeEach
  void fill() {
    DeltaTable table = createTable();
    Mirror mirror = Mirror.load(duck, table, "mirror");
    for (int i = 1; i <= 53; i++) {
      make(table, mirror, i, "SELECT 1 AS id, 'v" + i + "' AS name, 1 AS amount");
    }
    lake.close();
    lake = new Lake(directory.resolve("lake"));
    log = table.path().resolve("_delta_log");
  }

  @Test
  void aTornChecksumIsPassedOver() throws Exception {
    for (int size : List.of(0, 1, 100)) {
      cut(log.resolve("00000000000000000053.crc"), size);
      assertThat(rowsNow()).isEqualTo(ROWS);
    }
    writesOn();
  }

  @Test
  void aTornHintAtTheLastCheckpointIsPassedOver() throws Exception {
    for (int size : List.of(5, 0)) {
      cut(log.resolve("_last_checkpoint"), size);
      assertThat(rowsNow()).isEqualTo(ROWS);
    }
    Files.delete(log.resolve("_last_checkpoint"));
    assertThat(rowsNow()).isEqualTo(ROWS);
    writesOn();
  }

  @Test
  void aTornCommitIsNamed() throws Exception {
    Path commit = log.resolve("00000000000000000052.json");
    cut(commit, (int) Files.size(commit) / 2);
    assertThatThrownBy(this::rowsNow)
        .hasMessageStartingWith("LK-003")
        .hasMessageContaining("00000000000000000052.json");
  }

  @Test
  void aMissingCommitIsNamed() throws Exception {
    Files.delete(log.resolve("00000000000000000052.json"));
    assertThatThrownBy(this::rowsNow)
        .hasMessageStartingWith("LK-003")
        .hasMessageContaining("00000000000000000052.json");
  }

  @Test
  void aTornCheckpointIsPassedOverWhileTheCommitsAreThere() throws Exception {
    Path checkpoint = log.resolve("00000000000000000050.checkpoint.parquet");
    cut(checkpoint, (int) Files.size(checkpoint) / 2);
    assertThat(rowsNow()).isEqualTo(ROWS);
    writesOn();
  }

  @Test
  void aTornCheckpointIsNamedWhenTheCommitsBeforeItAreGone() throws Exception {
    for (int version = 0; version < 50; version++) {
      Files.delete(log.resolve(Text.of("%020d.json", version)));
      Files.deleteIfExists(log.resolve(Text.of("%020d.crc", version)));
    }
    assertThat(rowsNow()).isEqualTo(ROWS);
    Path checkpoint = log.resolve("00000000000000000050.checkpoint.parquet");
    cut(checkpoint, (int) Files.size(checkpoint) / 2);
    assertThatThrownBy(this::rowsNow)
        .hasMessageStartingWith("LK-003")
        .hasMessageContaining("00000000000000000050.checkpoint.parquet");
    Files.delete(checkpoint);
    assertThatThrownBy(this::rowsNow)
        .hasMessageStartingWith("LK-003")
        .hasMessageContaining("checkpoint.parquet");
  }

  @Test
  void aTornDataFileIsNamed() throws Exception {
    DeltaTable table = lake.open(NAME);
    Path file = table.folder().locate(table.scan().files().iterator().next().path());
    cut(file, (int) Files.size(file) - 1);
    assertThatThrownBy(this::rowsNow)
        .hasMessageStartingWith("LK-018")
        .hasMessageContaining(file.getFileName().toString());
    assertThatThrownBy(() -> Mirror.load(duck, table, "torn")).hasMessageStartingWith("LK-018");
    Files.delete(file);
    assertThatThrownBy(this::rowsNow)
        .hasMessageStartingWith("LK-011")
        .hasMessageContaining(file.getFileName().toString());
  }

  @Test
  void aTornChangeFileIsNamed() throws Exception {
    DeltaTable table = lake.open(NAME);
    Path file =
        table.folder().locate(table.folder().log().require(53).changeFiles().getFirst().path());
    cut(file, (int) Files.size(file) / 2);
    assertThatThrownBy(() -> table.changes().load(duck, 53, "feed"))
        .hasMessageStartingWith("LK-018")
        .hasMessageContaining(file.getFileName().toString());
    assertThat(rowsNow()).isEqualTo(ROWS);
  }

  @Test
  void aTornVectorFileIsNamed() throws Exception {
    DeltaTable table = Marching.create(lake, duck);
    var _ = Marching.step(table, duck, Mirror.load(duck, table, "marching"));
    Path file =
        table.scan().files().stream()
            .flatMap(f -> f.vector().flatMap(v -> v.file(table.path())).stream())
            .findFirst()
            .orElseThrow();
    cut(file, (int) Files.size(file) / 2);
    assertThatThrownBy(() -> lake.open(Marching.NAME))
        .hasMessageStartingWith("LK-018")
        .hasMessageContaining(file.getFileName().toString());
    Files.delete(file);
    assertThatThrownBy(() -> lake.open(Marching.NAME))
        .hasMessageStartingWith("LK-011")
        .hasMessageContaining(file.getFileName().toString());
  }

  private List<String> rowsNow() {
    try (Lake fresh = new Lake(directory.resolve("lake"))) {
      DeltaTable table = fresh.open(NAME);
      return rows(table.history().createView(duck, table.version(), "now"), "now");
    }
  }

  private void writesOn() {
    DeltaTable table = lake.open(NAME);
    Mirror mirror = Mirror.load(duck, table, "again");
    make(table, mirror, 54, "SELECT 1 AS id, 'next' AS name, 1 AS amount");
    assertThat(rowsNow()).containsExactly("1|next|1.00");
  }

  private static void cut(Path file, int size) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(size);
    }
  }
}
