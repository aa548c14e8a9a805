package io.millrace.marts.control;

import io.millrace.contracts.TableName;
import io.millrace.marts.refresh.RefreshHistory;
import io.millrace.shard.OperatorOrders;
import io.millrace.shard.ServedTables;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/dynamic-tables}: what is known of dynamic tables, and orders to them. */
@Path("/api/v1/dynamic-tables")
@Produces(MediaType.APPLICATION_JSON)
public class DynamicTableResource {
  private static final int HISTORY_MAX = 100;

  private final MartsBoard board;
  private final OperatorOrders orders;
  private final ServedTables served;

  DynamicTableResource(MartsBoard board, OperatorOrders orders, ServedTables served) {
    this.board = board;
    this.orders = orders;
    this.served = served;
  }

  /**
   * An order that was taken.
   *
   * @param table which table
   * @param order suspend, resume or refresh
   * @param cut the cut at which it counts
   */
  public record Ordered(String table, String order, long cut) {}

  /**
   * A refresh, as {@code _refresh_history} has it.
   *
   * @param outcome changed, unchanged, failed, skipped, or what an audit found: right or wrong
   * @param reason why the table was refreshed
   * @param choice why so: a code
   * @param predictedMillis by strategy
   * @param strategyMillis what finding the changes took
   * @param millis what all of it took
   * @param repointed rows whose lookups give another key than before
   */
  public record Refreshed(
      long cut,
      long version,
      Instant startedAt,
      String outcome,
      String strategy,
      String reason,
      String choice,
      Map<String, Double> predictedMillis,
      double strategyMillis,
      long millis,
      long inserted,
      long updated,
      long deleted,
      long repointed,
      @Nullable Instant dataTime,
      @Nullable String error) {

    static Refreshed of(RefreshHistory.Entry e) {
      return new Refreshed(
          e.cut(),
          e.version(),
          e.startedAt(),
          e.result().text(),
          e.outcome().strategy(),
          e.reason(),
          e.outcome().reason(),
          e.outcome().predicted(),
          e.outcome().millis(),
          e.duration().toMillis(),
          e.outcome().changes().inserts(),
          e.outcome().changes().updates(),
          e.outcome().changes().deletes(),
          e.repointed(),
          e.dataTime(),
          e.error());
    }
  }

  @GET
  public List<MartsBoard.Description> all() {
    return board.all();
  }

  @GET
  @Path("/{name}")
  public MartsBoard.Description one(@PathParam("name") String name) {
    return board
        .of(known(name))
        .orElseThrow(() -> new NotFoundException("nothing is known of " + name + " here yet"));
  }

  /** Its newest refreshes since this instance took it; all are in marts._refresh_history. */
  @GET
  @Path("/{name}/history")
  public List<Refreshed> history(
      @PathParam("name") String name, @QueryParam("limit") @DefaultValue("10") int limit) {
    return board.history(known(name), Math.clamp(limit, 1, HISTORY_MAX)).stream()
        .map(Refreshed::of)
        .toList();
  }

  @POST
  @Path("/{name}/suspend")
  @Blocking
  public Ordered suspend(@PathParam("name") String name)
      throws ExecutionException, TimeoutException, InterruptedException {
    return order(name, Order.Action.SUSPEND);
  }

  @POST
  @Path("/{name}/resume")
  @Blocking
  public Ordered resume(@PathParam("name") String name)
      throws ExecutionException, TimeoutException, InterruptedException {
    return order(name, Order.Action.RESUME);
  }

  @POST
  @Path("/{name}/refresh")
  @Blocking
  public Ordered refresh(@PathParam("name") String name)
      throws ExecutionException, TimeoutException, InterruptedException {
    return order(name, Order.Action.REFRESH);
  }

  private Ordered order(String name, Order.Action action)
      throws ExecutionException, TimeoutException, InterruptedException {
    TableName table = known(name);
    return new Ordered(
        name,
        action.name().toLowerCase(Locale.ROOT),
        orders.give(table, new Order(table, action).toJson()));
  }

  private TableName known(String name) {
    if (!served.has(name)) {
      throw new NotFoundException("there is no dynamic table " + name);
    }
    return TableName.parse(name);
  }
}
