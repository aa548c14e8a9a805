package io.millrace.local.judge;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.cli.Folder;
import io.millrace.cli.RunFile;
import io.millrace.cli.verify.Finding;
import io.millrace.cli.verify.KafkaCutTimes;
import io.millrace.cli.verify.Verification;
import io.millrace.contracts.TableName;
import io.millrace.contracts.Topics;
import io.millrace.demo.github.Organization;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.lake.Sql;
import io.millrace.local.PostgresAddress;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges the example warehouse after a drain. Each table by itself and against its statement, as
 * {@code millrace verify} does, its last versions included; then, where somebody outside knows
 * better, against that: staging tables against the shop's database and GitHub's stand-in,
 * dimensions and as-of facts against the history that triggers kept in the shop. Sources must be
 * quiet meanwhile.
 *
 * @param run the running warehouse
 * @param shop the shop's database
 * @param github what GitHub's stand-in serves
 * @param scratch a folder for copies of their rows, made if missing
 */
public record Judge(RunFile run, PostgresAddress shop, Organization github, Path scratch) {
  private static final int VERSIONS = 50;

  /** A finding for each table, in the order of the warehouse. */
  public List<Finding> findings() {
    Warehouse warehouse = new Folder(Path.of(run.warehouse()), Map.of()).beside(run);
    Topics topics = new Topics(warehouse.settings().topicPrefix());
    KafkaConnection kafka = new KafkaConnection(run.kafka(), Map.of());
    try (SchemaRegistry registry = new SchemaRegistry(URI.create(run.registry()));
        KafkaCutTimes times = new KafkaCutTimes(kafka, topics.cuts());
        Lake lake = LakeLocation.of(run.lake(), System.getenv()).open();
        DuckDb duckDb =
            DuckDb.inMemory(
                Files.createDirectories(scratch).resolve("spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      ShopRows rows = new ShopRows(shop, duck, scratch);
      TransactionCuts cuts =
          TransactionCuts.read(kafka, registry, topics.cuts(), topics.raw("shop", "customer"));
      CustomerHistory.fold(duck, rows, cuts, scratch);
      ShopClaims shopSays = new ShopClaims(warehouse, rows, name -> view(lake, duck, name));
      GithubClaims githubSays = new GithubClaims(github, scratch, name -> view(lake, duck, name));
      Verification verification = new Verification(lake, duckDb, times);
      return warehouse.tables().stream()
          .map(table ->
              finding(
                  table,
                  verification.of(table, VERSIONS),
                  duck,
                  () -> shopSays.of(table).or(() -> githubSays.of(table))))
          .toList();
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB closed no connection", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Finding finding(
      Table table,
      Finding own,
      Connection duck,
      java.util.function.Supplier<Optional<Claim>> claims) {
    if (own.outcome() != Finding.Outcome.RIGHT) {
      return own;
    }
    Optional<Claim> claim = claims.get();
    if (claim.isEmpty()) {
      return own;
    }
    String difference = claim.get().difference(duck);
    return difference.isEmpty()
        ? new Finding(
            table.name(),
            own.cut(),
            Finding.Outcome.RIGHT,
            own.words() + ", as " + claim.get().witness() + " says")
        : new Finding(table.name(), own.cut(), Finding.Outcome.WRONG, difference);
  }

  /** The table's rows at its newest version. */
  private static String view(Lake lake, Connection duck, TableName name) {
    DeltaTable table = lake.open(name);
    String view = "lake_" + name.schema() + "_" + name.name();
    var _ = table.history().createView(duck, table.version(), view);
    return Sql.name(view);
  }
}
