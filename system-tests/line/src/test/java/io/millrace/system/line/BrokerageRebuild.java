package io.millrace.system.line;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.contracts.TableName;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.Sql;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The brokerage's warehouse computed by DuckDB from the source's tables, and what it took. */
final class BrokerageRebuild implements AutoCloseable {
  private final DuckDb duckDb;
  private final Connection duck;
  private final double cpuSeconds;

  /**
   * Loads the source's tables, which is not counted, and computes the warehouse's.
   *
   * @param source folder of {@code <table>.csv}
   */
  BrokerageRebuild(Path source, Path spill) throws IOException {
    this.duckDb = DuckDb.inMemory(spill, new DuckDb.Limits("2GB", 2, "8GB"));
    this.duck = duckDb.connect();
    Sql.run(duck, "CREATE SCHEMA public");
    Sql.run(
        duck,
        Files.readString(Brokerage.HOME.resolve("generator/tables.sql"))
            .replaceAll("(?s),\\s*PRIMARY KEY \\([^)]*\\)| PRIMARY KEY", ""));
    for (String table : Brokerage.TABLES) {
      Sql.run(
          duck,
          "COPY public.%s FROM %s (HEADER)"
              .formatted(table, Sql.text(source.resolve(table + ".csv").toString())));
    }
    long before = cpuNanos();
    Sql.run(duck, Files.readString(Brokerage.HOME.resolve("rebuild.sql")));
    this.cpuSeconds = (cpuNanos() - before) / 1e9;
  }

  /** What computing took, of all threads. */
  double cpuSeconds() {
    return cpuSeconds;
  }

  /**
   * Compared with a lake row by row, surrogate keys resolved to what they stand for.
   *
   * @param compared gets a line a table
   * @return rows that differ
   */
  long differences(Path lakeRoot, List<String> compared) throws IOException, SQLException {
    try (Lake lake = new Lake(lakeRoot)) {
      for (TableName name : lake.tables()) {
        DeltaTable table = lake.open(name);
        String view = name.toString();
        var _ = table.history().createView(duck, table.version(), view);
        Sql.run(duck, "CREATE SCHEMA IF NOT EXISTS " + Sql.name(name.schema()));
        Sql.run(
            duck,
            "CREATE OR REPLACE VIEW %s.%s AS FROM temp.main.%s"
                .formatted(Sql.name(name.schema()), Sql.name(name.name()), Sql.name(view)));
      }
      long differing = 0;
      try (Statement statement = duck.createStatement();
          ResultSet rows =
              statement.executeQuery(Files.readString(Brokerage.HOME.resolve("compare.sql")))) {
        while (rows.next()) {
          compared.add(
              "%s: %,d rows, %d differ"
                  .formatted(rows.getString(1), rows.getLong(2), rows.getLong(3)));
          differing += rows.getLong(3);
        }
      }
      return differing;
    }
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  @Override
  public void close() throws SQLException {
    duck.close();
    duckDb.close();
  }
}
