package io.millrace.local;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.process.Child;
import io.millrace.local.process.ChildSpec;
import io.millrace.local.process.Children;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * PostgreSQL in the foreground under {@code guard.sh}. A new cluster is made beside its place and
 * renamed when whole. Reached over TCP only, with a password of its own that lies in the data
 * folder and that only the launcher's user may read.
 */
final class PostgresPart {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final String USER = "millrace";
  private static final String DATABASE = "shop";
  private static final int PASSWORD_BYTES = 16;

  private final Children children;
  private final Path dataDir;
  private final Path programs;
  private final PostgresUser user;

  private PostgresPart(Children children, Path dataDir, Path programs, PostgresUser user) {
    this.children = children;
    this.dataDir = dataDir;
    this.programs = programs;
    this.user = user;
  }

  /** Returns when PostgreSQL takes connections and its database exists. */
  static PostgresAddress start(Children children, Path dataDir, Ports ports)
      throws InterruptedException {
    try {
      Path programs = PostgresBinaries.unpacked(Installed.postgres()).resolve("bin");
      PostgresPart part =
          new PostgresPart(children, dataDir, programs, PostgresUser.ofThisProcess());
      part.createCluster();
      part.startServer(ports.postgres());
      String password = Files.readString(part.passwordFile());
      PostgresAddress address =
          new PostgresAddress(Ports.HOST, ports.postgres(), USER, password, DATABASE);
      createDatabase(address);
      return address;
    } catch (IOException e) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE,
          String.format(
              Locale.ROOT, "The folder %s cannot be used for PostgreSQL: see the cause.", dataDir),
          e);
    }
  }

  private Path passwordFile() {
    return dataDir.resolve("postgres.password");
  }

  private void createPassword() throws IOException {
    byte[] secret = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(secret);
    Files.deleteIfExists(passwordFile());
    Files.createFile(
        passwordFile(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(passwordFile(), HexFormat.of().formatHex(secret));
    user.own(passwordFile());
  }

  private void createCluster() throws IOException, InterruptedException {
    WholeFolder.make(
        dataDir.resolve("postgres"),
        fresh -> {
          createPassword();
          user.own(fresh);
          List<String> command =
              List.of(
                  programs.resolve("initdb").toString(),
                  "--pgdata=" + fresh,
                  "--username=" + USER,
                  "--pwfile=" + passwordFile(),
                  "--auth=scram-sha-256",
                  "--encoding=UTF8",
                  "--locale=C");
          Child.start(spec("initdb", user.command(command))).awaitSuccess(START_LIMIT);
        });
  }

  private void startServer(int port) throws IOException, InterruptedException {
    List<String> server = new ArrayList<>();
    server.add(programs.resolve("postgres").toString());
    server.addAll(List.of("-D", dataDir.resolve("postgres").toString()));
    for (String setting : settings(port)) {
      server.addAll(List.of("-c", setting));
    }
    List<String> guarded = new ArrayList<>(List.of("sh", "-c", guard(), "postgres-guard"));
    guarded.addAll(user.command(server));
    children.start(spec("PostgreSQL", guarded)).awaitReady(START_LIMIT);
  }

  /** Without synchronous_commit, logical decoding would lag by the WAL writer's pause. */
  private static List<String> settings(int port) {
    return List.of(
        "listen_addresses=" + Ports.HOST,
        "port=" + port,
        "unix_socket_directories=",
        "wal_level=logical",
        "synchronous_commit=on",
        "max_wal_senders=10",
        "max_replication_slots=10",
        "timezone=UTC",
        "log_timezone=UTC");
  }

  private ChildSpec spec(String name, List<String> command) {
    return new ChildSpec(
        name,
        command,
        Map.of("LC_ALL", "C"),
        dataDir,
        dataDir.resolve("logs").resolve(name.toLowerCase(Locale.ROOT) + ".log"),
        "database system is ready to accept connections");
  }

  private static void createDatabase(PostgresAddress address) {
    PostgresAddress initial =
        new PostgresAddress(
            address.host(), address.port(), address.user(), address.password(), "postgres");
    try (Connection connection =
            DriverManager.getConnection(initial.jdbcUrl(), initial.user(), initial.password());
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
      if (!found.next()) {
        statement.executeUpdate("CREATE DATABASE \"" + DATABASE + "\"");
      }
    } catch (SQLException e) {
      throw new MillraceException(
          LocalError.LOC_004_NOT_READY_IN_TIME,
          String.format(Locale.ROOT, "PostgreSQL at %s took no statement: see the cause.", initial),
          e);
    }
  }

  private static String guard() {
    try (InputStream script = PostgresPart.class.getResourceAsStream("guard.sh")) {
      return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
