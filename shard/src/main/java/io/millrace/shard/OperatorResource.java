package io.millrace.shard;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.Cut;
import io.millrace.runtime.CutChannel;
import io.millrace.runtime.RuntimeConfig;
import io.millrace.runtime.StatusBoard;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** What an operator can order: an order is a cut, so that it has its place in the one order. */
@Path("/api/v1/tables")
@Produces(MediaType.APPLICATION_JSON)
public class OperatorResource {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final CutChannel cuts;
  private final RuntimeConfig config;
  private final StatusBoard board;
  private final Clock clock = Clock.systemUTC();

  OperatorResource(CutChannel cuts, RuntimeConfig config, StatusBoard board) {
    this.cuts = cuts;
    this.config = config;
    this.board = board;
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
  @Path("/{name}/rebuild")
  @Blocking
  public Ordered rebuild(
      @PathParam("name") String name, @QueryParam("loseHistory") boolean loseHistory)
      throws ExecutionException, TimeoutException, InterruptedException {
    if (!board.tables().containsKey(name)) {
      throw new NotFoundException("no table " + name + " here");
    }
    TableName table = TableName.parse(name);
    String source =
        "operator." + Service.of(table).id() + "." + Service.shardOf(table, config.shards());
    long previous = cuts.log().last(source).map(FoldedCut::number).orElse(-1L);
    String order = new Rebuild(name, loseHistory).toJson();
    cuts.append(new Cut(source, previous, order, Map.of(), clock.instant()), LIMIT);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (cuts.log().nextOf(source, previous).isEmpty()) {
      long seen = cuts.news().count();
      cuts.news().await(seen, Duration.ofMillis(200));
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("the order was not read back from the cut log within 30 s");
      }
    }
    return new Ordered(name, cuts.log().nextOf(source, previous).orElseThrow().number());
  }
}
