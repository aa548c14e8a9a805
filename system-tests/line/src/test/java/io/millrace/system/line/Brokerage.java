package io.millrace.system.line;

import io.millrace.contracts.Service;
import io.millrace.local.PostgresAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/**
 * The systems of {@code benchmarks/brokerage}: a database into which its generator writes days, and
 * the line that follows it.
 */
final class Brokerage implements AutoCloseable {
  /** Where its warehouse, generator, audit and plain rebuild are. */
  static final Path HOME = Path.of("../../benchmarks/brokerage").toAbsolutePath().normalize();

  static final List<String> TABLES =
      List.of(
          "customer_change",
          "account_change",
          "company_report",
          "security_report",
          "broker",
          "trade",
          "trade_event",
          "holding",
          "watch_event",
          "audit");

  private final Line line;
  private final Connection database;

  private Brokerage(Line line, Connection database) {
    this.line = line;
    this.database = database;
  }

  /**
   * A database without days, and a line on which nothing runs.
   *
   * @param scale 1 is 5,000 customers and 100,000 trades of history, 300 trades a day
   * @param jvm options of the services' JVMs
   */
  static Brokerage create(Path folder, double scale, long seed, List<String> jvm)
      throws IOException, InterruptedException, SQLException {
    Line line = new Line(Files.createDirectories(folder), HOME.resolve("warehouse"), jvm);
    PostgresAddress postgres = line.stack.postgres();
    line.set("BROKERAGE_HOST", postgres.host());
    line.set("BROKERAGE_PORT", Integer.toString(postgres.port()));
    line.set("BROKERAGE_DATABASE", postgres.database());
    line.set("BROKERAGE_USER", postgres.user());
    line.set("BROKERAGE_PASSWORD", postgres.password());
    Connection database =
        DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    database.setAutoCommit(false);
    Brokerage brokerage = new Brokerage(line, database);
    brokerage.run(Files.readString(HOME.resolve("generator/tables.sql")));
    brokerage.run(
        Files.readString(HOME.resolve("generator/generator.sql"))
            .replace("${scale}", String.format(Locale.ROOT, "%.4f", scale))
            .replace("${seed}", Long.toString(seed)));
    return brokerage;
  }

  Line line() {
    return line;
  }

  /** Writes a day in one transaction; 0 is the historical load. */
  void write(int day) throws IOException, SQLException {
    run(
        Files.readString(HOME.resolve("generator/day.sql"))
            .replace("${day}", Integer.toString(day)));
  }

  private void run(String statements) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute(statements);
    }
    database.commit();
  }

  /** Rows of all tables. */
  long rows() throws SQLException {
    long rows = 0;
    try (Statement statement = database.createStatement()) {
      for (String table : TABLES) {
        try (ResultSet count = statement.executeQuery("SELECT count(*) FROM public." + table)) {
          count.next();
          rows += count.getLong(1);
        }
      }
    }
    database.commit();
    return rows;
  }

  /** Writes every table to {@code <folder>/<table>.csv}, with a header. */
  void export(Path folder) throws IOException, SQLException {
    Files.createDirectories(folder);
    for (String table : TABLES) {
      try (OutputStream out = Files.newOutputStream(folder.resolve(table + ".csv"))) {
        var _ =
            database
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY public." + table + " TO STDOUT (FORMAT csv, HEADER)", out);
      }
    }
    database.commit();
  }

  /** Waits until every table shows all that has been written. */
  void awaitShown(Duration limit) throws InterruptedException {
    line.awaitShown(Clock.systemUTC().instant(), limit);
  }

  /** What the services have used since they were started. */
  Used used() throws IOException {
    Map<Service, Double> used = new EnumMap<>(Service.class);
    for (Service service : Service.values()) {
      used.put(service, ProcessFigures.of(line.process(service)).cpuSeconds());
    }
    return new Used(used);
  }

  /**
   * CPU seconds of the services.
   *
   * @param of each of them
   */
  record Used(Map<Service, Double> of) {
    /** All four together. */
    double cpuSeconds() {
      return of.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    Used since(Used before) {
      Map<Service, Double> more = new EnumMap<>(Service.class);
      of.forEach((service, now) -> more.put(service, now - before.of.getOrDefault(service, 0.0)));
      return new Used(more);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%.2f CPU-s (%s)",
          cpuSeconds(),
          of.entrySet().stream()
              .map(e -> String.format(Locale.ROOT, "%s %.2f", e.getKey().id(), e.getValue()))
              .collect(Collectors.joining(", ")));
    }
  }

  /** Ends line and database. The lake stays. */
  @Override
  public void close() throws SQLException {
    database.close();
    line.close();
  }
}
