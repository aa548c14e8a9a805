package io.millrace.staging;

import io.millrace.contracts.Service;
import io.millrace.shard.EachTable;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardService;
import io.millrace.shard.ShardWork;
import io.millrace.warehouse.StagingTable;
import jakarta.enterprise.context.ApplicationScoped;

/** Says what the shards of this service hold: a {@link StagingStep} for each table. */
@ApplicationScoped
public class StagingService implements ShardService {

  @Override
  public Service service() {
    return Service.STAGING;
  }

  @Override
  public ShardWork open(Shard shard) throws InterruptedException {
    return new EachTable(shard, table -> StagingStep.open(shard, (StagingTable) table));
  }
}
