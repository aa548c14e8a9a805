package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a step writes into the lake. */
class StepFilesTest {
  private static final int BATCH = 200;

  @TempDir Path folder;
  private DuckDb duckDb;
  private Connection duck;

  @BeforeEach
  void connect() {
    duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
    duck = duckDb.connect();
    Sql.run(duck, "CREATE SCHEMA dim");
  }

  @AfterEach
  void disconnect() throws SQLException {
    duck.close();
    duckDb.close();
  }

  @Test
  void areNoneForMembersThatComeAsTheyAre() throws IOException {
    Path root = folder.resolve("lake");
    try (StepTable table = StepTable.create(duck, folder, root, 1_000, 5)) {
      long before = bytesIn(root);
      table.prepareUnchanged(BATCH);
      assertThat(table.step()).isZero();
      assertThat(bytesIn(root)).isEqualTo(before);
      table.prepare(BATCH, 1);
      assertThat(table.step()).as("ends, and versions that begin").isEqualTo(3L * BATCH);
    }
  }

  @Test
  void areAsLargeHoweverManyVersionsThereAre() throws IOException {
    double small = bytesWritten(2_000);
    double large = bytesWritten(20_000);
    assertThat(large / small).isBetween(0.5, 2.0);
  }

  private double bytesWritten(long members) throws IOException {
    Path root = folder.resolve("lake" + members);
    try (StepTable table = StepTable.create(duck, folder, root, members, 5)) {
      long before = bytesIn(root);
      table.prepare(BATCH, 1);
      assertThat(table.step()).isPositive();
      return bytesIn(root) - before;
    }
  }

  private static long bytesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }
}
