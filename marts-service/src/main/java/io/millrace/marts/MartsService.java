package io.millrace.marts;

import io.millrace.contracts.Service;
import io.millrace.marts.control.MartsBoard;
import io.millrace.shard.OperatorOrders;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardService;
import io.millrace.shard.ShardWork;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/**
 * Says what the shards of this service hold: dynamic tables, refreshed in {@link Rounds}. An
 * instance works on all that it holds in one loop: what they read of one another stays at home.
 */
@ApplicationScoped
public class MartsService implements ShardService {
  private final MartsBoard board;
  private final OperatorOrders orders;
  private @Nullable Replacements replacements;

  MartsService(MartsBoard board, OperatorOrders orders) {
    this.board = board;
    this.orders = orders;
  }

  @Override
  public Service service() {
    return Service.MARTS;
  }

  @Override
  public boolean holdsShardsTogether() {
    return true;
  }

  @Override
  public synchronized ShardWork open(Shard shard) {
    if (replacements == null) {
      replacements =
          new Replacements(
              orders::give,
              task -> Thread.ofPlatform().daemon().name("rebuild order").start(task),
              shard.around().cutLog().end());
    }
    return new Rounds(shard, board, replacements);
  }
}
