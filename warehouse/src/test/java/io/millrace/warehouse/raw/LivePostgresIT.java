package io.millrace.warehouse.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.source.CdcSource;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import io.millrace.warehouse.source.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullUnmarked
class LivePostgresIT {
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws IOException, SQLException {
    server = EmbeddedPostgres.builder().start();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TYPE mood AS ENUM ('good', 'bad')");
      statement.execute("CREATE DOMAIN money_amount AS numeric(10,4) NOT NULL");
      statement.execute("CREATE SCHEMA \"My Schema\"");
      statement.execute(
          """
          CREATE TABLE "My Schema"."Order Lines" (
            gone int, line smallint NOT NULL, order_id bigint, "Weird Name" text NOT NULL,
            feeling mood, price money_amount, rate numeric, exact numeric(38,10), tags int[],
            span interval, at timestamptz, small char(3),
            twice int GENERATED ALWAYS AS (line * 2) STORED,
            PRIMARY KEY (order_id, line) INCLUDE (feeling))
          """);
      statement.execute("ALTER TABLE \"My Schema\".\"Order Lines\" DROP COLUMN gone");
      statement.execute("CREATE TABLE bag (a int)");
      statement.execute("CREATE TABLE box (a box, b int, spans interval PRIMARY KEY)");
      statement.execute("CREATE VIEW seen AS SELECT a FROM bag");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private static CdcSource source(int port) {
    return new CdcSource(
        "shop",
        CdcSource.Engine.POSTGRES,
        "localhost",
        port,
        "postgres",
        "postgres",
        new Secret("${env:PASSWORD}"),
        "slot",
        "publication",
        List.of(
            new CdcTable("lines", "My Schema", "Order Lines"),
            new CdcTable("bag", "public", "bag"),
            new CdcTable("none", "public", "none")),
        Map.of());
  }

  private static LivePostgres postgres(int port) {
    return new LivePostgres(List.of(source(port)), Map.of("PASSWORD", "postgres"));
  }

  @Test
  void readsColumnsTypesNullsAndTheKeyInItsOrder() {
    RowSchema lines = postgres(server.getPort()).of("shop", "lines").orElseThrow();
    assertThat(lines.columns().stream().map(LivePostgresIT::text).collect(Collectors.joining(", ")))
        .isEqualTo(
            "line SMALLINT not null, order_id BIGINT not null, Weird Name VARCHAR not null,"
                + " feeling VARCHAR, price VARCHAR not null, rate VARCHAR,"
                + " exact DECIMAL(38,10), at TIMESTAMP WITH TIME ZONE, small VARCHAR");
    assertThat(lines.key()).containsExactly("order_id", "line");
  }

  @Test
  void aTableWithoutKeyHasNoneAndAMissingTableIsNotKnown() {
    LivePostgres postgres = postgres(server.getPort());
    assertThat(postgres.of("shop", "bag").orElseThrow().key()).isEmpty();
    assertThat(postgres.of("shop", "none")).isEmpty();
    assertThat(postgres.of("shop", "not declared")).isEmpty();
    assertThat(postgres.of("other", "bag")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "My Schema, Order Lines,",
    "public, bag, ING-006 table public.bag has no primary key",
    "public, box, ING-006 table public.box has column spans in its primary key",
    "public, none, ING-005 the database postgres has no table public.none",
    "public, seen, ING-005 the database postgres has no table public.seen",
  })
  void tablesThatIngestWouldNotCaptureAreRefused(
      String schema, String table, @Nullable String why) {
    Optional<MillraceException> refused =
        postgres(server.getPort())
            .refused(source(server.getPort()), new CdcTable("x", schema, table));
    if (why == null) {
      assertThat(refused).isEmpty();
    } else {
      assertThat(refused.orElseThrow()).hasMessageStartingWith(why);
    }
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsNamed() {
    assertThatThrownBy(() -> postgres(1).of("shop", "bag"))
        .hasMessageStartingWith(
            "WH-003 source shop: the database postgres at localhost:1 cannot be asked for the"
                + " columns of public.bag");
  }

  private static String text(Column column) {
    return column.name() + " " + column.type().sql() + (column.nullable() ? "" : " not null");
  }
}
