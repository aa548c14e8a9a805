package io.millrace.dimension;

import io.millrace.contracts.Service;
import io.millrace.shard.EachTable;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardService;
import io.millrace.shard.ShardWork;
import io.millrace.warehouse.Dimension;
import jakarta.enterprise.context.ApplicationScoped;

/** Says what the shards of this service hold: a {@link DimensionStep} for each dimension. */
@ApplicationScoped
public class DimensionService implements ShardService {

  @Override
  public Service service() {
    return Service.DIMENSION;
  }

  @Override
  public ShardWork open(Shard shard) {
    return new EachTable(shard, table -> DimensionStep.open(shard, (Dimension) table));
  }
}
