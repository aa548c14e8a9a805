package io.millrace.shard;

import io.millrace.contracts.TableName;
import io.millrace.runtime.CutChannel;
import io.millrace.warehouse.Dimension;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What an operator can order: an order is a cut, so that it has its place in the one order. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
public class OperatorResource {
  private final CutChannel cuts;
  private final OperatorOrders orders;
  private final ServedTables served;

  OperatorResource(CutChannel cuts, OperatorOrders orders, ServedTables served) {
    this.cuts = cuts;
    this.orders = orders;
    this.served = served;
  }

  /**
   * An order that was taken.
   *
   * @param table which table
   * @param cut the cut at which it is carried out
   */
  public record Ordered(String table, long cut) {}

  /** Orders the table to be computed anew at a new cut; its difference is one ordinary version. */
  @POST
  @Path("/tables/{name}/rebuild")
  @Blocking
  public Ordered rebuild(
      @PathParam("name") String name, @QueryParam("loseHistory") boolean loseHistory)
      throws ExecutionException, TimeoutException, InterruptedException {
    if (!served.has(name)) {
      throw new NotFoundException("no table " + name + " here");
    }
    return order(new Rebuild(name, loseHistory, null, List.of()));
  }

  /**
   * Orders a dimension to go back to a cut and to be computed anew from there, at a new cut.
   *
   * @param to the number of a cut, or an instant: the last cut that was there by then
   */
  @POST
  @Path("/tables/{name}/rewind")
  @Blocking
  public Ordered rewind(@PathParam("name") String name, @QueryParam("to") @Nullable String to)
      throws ExecutionException, TimeoutException, InterruptedException {
    if (!served.has(name)) {
      throw new NotFoundException("no table " + name + " here");
    }
    if (!isDimension(name)) {
      throw new BadRequestException("only a dimension with an input can be rewound");
    }
    if (to == null) {
      throw new BadRequestException("say where to: ?to= a cut or an instant");
    }
    return order(new Rebuild(name, false, cutOf(to), List.of()));
  }

  /**
   * Orders a dimension to erase rows, wherever a replay may bring them back. The order stays in the
   * cut log, so it names surrogate keys and nothing else.
   *
   * @param keys surrogate keys
   */
  @POST
  @Path("/tables/{name}/erase")
  @Blocking
  public Ordered erase(@PathParam("name") String name, @QueryParam("key") List<Long> keys)
      throws ExecutionException, TimeoutException, InterruptedException {
    if (!served.has(name)) {
      throw new NotFoundException("no table " + name + " here");
    }
    if (!isDimension(name) || keys.isEmpty()) {
      throw new BadRequestException("rows of a dimension can be erased, by surrogate key");
    }
    return order(new Rebuild(name, false, null, keys));
  }

  private boolean isDimension(String name) {
    return served.table(TableName.parse(name)).filter(Dimension.class::isInstance).isPresent();
  }

  private long cutOf(String to) {
    if (to.matches("\\d{1,18}")) {
      long cut = Long.parseLong(to);
      if (cut >= cuts.log().end()) {
        throw new BadRequestException("there is no cut " + cut + " yet");
      }
      return cut;
    }
    try {
      Instant by = Instant.parse(to);
      long last = cuts.log().end() - 1;
      return last < 0 || !cuts.log().timeOf(last).isAfter(by)
          ? last
          : cuts.log().lastBefore(by.plusNanos(1)).orElse(-1);
    } catch (DateTimeParseException e) {
      throw new BadRequestException("to is a cut or an instant such as 2026-01-31T12:00:00Z", e);
    }
  }

  /** Appends the order and reads back its cut. */
  private Ordered order(Rebuild rebuild)
      throws ExecutionException, TimeoutException, InterruptedException {
    TableName table = TableName.parse(rebuild.rebuild());
    return new Ordered(rebuild.rebuild(), orders.give(table, rebuild.toJson()));
  }
}
