package io.millrace.marts;

import io.millrace.contracts.Service;
import io.millrace.marts.control.MartsBoard;
import io.millrace.shard.OperatorOrders;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardService;
import io.millrace.shard.ShardWork;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Says what the shards of this service hold: dynamic tables, refreshed in {@link Rounds}. An
 * instance works on all that it holds in one loop: what they read of one another stays at home.
 */
@ApplicationScoped
public class MartsService implements ShardService {
  private final MartsBoard board;
  private final OperatorOrders orders;

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
  public ShardWork open(Shard shard) {
    return new Rounds(shard, board, new Replacements(orders));
  }
}
