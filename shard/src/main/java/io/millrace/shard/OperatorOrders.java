package io.millrace.shard;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.contracts.Environment;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.Cut;
import io.millrace.runtime.CutChannel;
import io.millrace.runtime.RuntimeConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Orders of operators, written to the cut log: an order is a cut without ranges, so that it has its
 * place in the one order and outlives every process. One order at a time in a process; of two
 * processes that order at once, one sees that its record did not count and orders again.
 */
@ApplicationScoped
public class OperatorOrders {
  private static final Logger LOG = Logger.getLogger("millrace");
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final CutChannel cuts;
  private final RuntimeConfig config;
  private final Clock clock = Clock.systemUTC();

  OperatorOrders(CutChannel cuts, RuntimeConfig config) {
    this.cuts = cuts;
    this.config = config;
  }

  /** Says who may order, unless that is only who is on this machine. */
  void start(@Observes StartupEvent event) {
    if (config.orderToken().isEmpty() && !isLoopback(config.httpHost())) {
      LOG.warnf(
          "whoever reaches %s:%d can order rebuilds and erasures: set %s to ask for a token",
          config.httpHost(), config.httpPort(), Environment.MILLRACE_ORDER_TOKEN);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Orders a table to be computed anew.
   *
   * @return as {@link #give}
   */
  public long rebuild(TableName table)
      throws ExecutionException, TimeoutException, InterruptedException {
    return give(table, new Rebuild(table.toString(), false, null, List.of()).toJson());
  }

  /**
   * Writes an order and reads it back.
   *
   * @param order its text, in the {@code to} of the cut
   * @return the cut at which it counts
   * @throws TimeoutException when it was not read back within 30 s; it may count all the same
   */
  public synchronized long give(TableName table, String order)
      throws ExecutionException, TimeoutException, InterruptedException {
    String source = Shard.operator(Service.of(table), Service.shardOf(table, config.shards()));
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      long previous = cuts.log().last(source).map(FoldedCut::number).orElse(-1L);
      cuts.append(new Cut(source, previous, order, Map.of(), clock.instant()), LIMIT);
      FoldedCut next = await(source, previous, deadline);
      if (next.to().equals(Optional.of(order))) {
        return next.number();
      }
    }
  }

  private FoldedCut await(String source, long previous, long deadline)
      throws TimeoutException, InterruptedException {
    while (true) {
      long seen = cuts.news().count();
      Optional<FoldedCut> next = cuts.log().nextOf(source, previous);
      if (next.isPresent()) {
        return next.get();
      }
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("the order was not read back from the cut log within 30 s");
      }
      cuts.news().await(seen, Duration.ofMillis(200));
    }
  }
}
