package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DuckDbTest {
  @TempDir Path directory;

  @Test
  void beginsEmptyAtEveryStartInUtcAndDownloadsNothing() throws Exception {
    for (int start = 0; start < 2; start++) {
      try (DuckDb duckDb = DuckDb.inDirectory(directory, DuckDb.Limits.small());
          Connection first = duckDb.connect();
          Connection second = duckDb.connect()) {
        Sql.run(first, "CREATE TABLE t AS SELECT 1 AS i");
        assertThat(Sql.number(second, "SELECT count(*) FROM t")).isEqualTo(1);
        assertThat(
                Sql.number(
                    second, "SELECT epoch(TIMESTAMP '2026-01-01 00:00:00'::TIMESTAMPTZ)::BIGINT"))
            .isEqualTo(1767225600);
        assertThatThrownBy(() -> Sql.run(first, "LOAD httpfs")).hasMessageStartingWith("LK-004");
      }
    }
  }

  /** What an instance with all of DuckDB 2.0's optimizers gives no row for. */
  @Test
  void keepsTheGroupsOfALeftJoinWhoseRightSideIsEmpty() throws Exception {
    try (DuckDb duckDb = DuckDb.inMemory(directory, DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      Sql.run(duck, "CREATE TABLE l AS SELECT i AS k, i % 3 AS v FROM range(10) t(i)");
      Sql.run(duck, "CREATE TABLE r AS SELECT i AS k FROM range(5) t(i)");
      String groups =
          "SELECT count(*) FROM (SELECT l.k, sum(CASE WHEN v >= 0 THEN 1 ELSE -1 END) AS s FROM l"
              + " LEFT JOIN (SELECT * FROM r WHERE k > 100) r ON l.k = r.k GROUP BY l.k HAVING s <>"
              + " 0)";
      assertThat(Sql.number(duck, groups)).isEqualTo(10);
    }
  }

  @Test
  void aSandboxReadsItsDirectoryAndReachesNothingElse() throws Exception {
    Path lake = Files.createDirectories(directory.resolve("lake"));
    Path outside = directory.resolve("secret.csv");
    Files.writeString(outside, "a\n1\n");
    Files.createSymbolicLink(lake.resolve("link.csv"), outside);
    try (DuckDb duckDb = DuckDb.inMemory(directory.resolve("spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      Sql.run(duck, "COPY (SELECT 7 AS i) TO " + Sql.text(lake.resolve("t.parquet").toString()));
    }
    try (DuckDb sandbox = DuckDb.sandbox(lake, DuckDb.Limits.small());
        Connection duck = sandbox.connect()) {
      String inside = Sql.text(lake.resolve("t.parquet").toString());
      assertThat(Sql.number(duck, "SELECT i FROM read_parquet(" + inside + ")")).isEqualTo(7);
      for (String escape :
          List.of(
              "FROM read_csv(" + Sql.text(outside.toString()) + ")",
              "FROM read_csv(" + Sql.text(lake + "/../secret.csv") + ")",
              "FROM sniff_csv(" + Sql.text(outside.toString()) + ")",
              "FROM read_csv(" + Sql.text(lake.resolve("link.csv").toString()) + ")",
              "FROM read_text('/etc/passwd')",
              "FROM glob('/etc/*')",
              "COPY (SELECT 1) TO " + Sql.text(directory.resolve("out.csv").toString()),
              "ATTACH " + Sql.text(directory.resolve("other.duckdb").toString()),
              "SET enable_external_access = true",
              "SET memory_limit = '100GB'",
              "INSTALL httpfs")) {
        assertThatThrownBy(() -> Sql.run(duck, escape)).as(escape).hasMessageStartingWith("LK-004");
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void leavesNoUnpackedLibraryBehindWhenKilled() throws Exception {
    try (DuckDb _ = DuckDb.inMemory(directory, DuckDb.Limits.small());
        Stream<String> mapped = Files.lines(Path.of("/proc/self/maps"))) {
      assertThat(mapped.filter(line -> line.contains("libduckdb_java")))
          .isNotEmpty()
          .allMatch(line -> line.endsWith(" (deleted)"));
    }
  }

  @Test
  void aSandboxSpillsElsewhereThanItReads() throws Exception {
    Path lake = Files.createDirectories(directory.resolve("lake"));
    DuckDb.Limits tight = new DuckDb.Limits("40MB", 1, "4GB");
    Path spill;
    try (DuckDb sandbox = DuckDb.sandbox(lake, tight);
        Connection duck = sandbox.connect()) {
      String setting = "SELECT current_setting('temp_directory')";
      String found = Sql.query(duck, setting, rows -> rows.next() ? rows.getString(1) : "");
      spill = Path.of(found);
      Sql.run(
          duck,
          "CREATE TEMP TABLE t AS SELECT uuid() AS u, uuid() AS v FROM range(3000000) ORDER BY u");
      try (Stream<Path> files = Files.list(spill)) {
        assertThat(files).isNotEmpty();
      }
    }
    assertThat(spill).doesNotExist();
    assertThat(lake).isEmptyDirectory();
  }
}
