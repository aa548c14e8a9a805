package io.millrace.dimension;

import io.millrace.contracts.Service;
import io.millrace.shard.EachTable;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardService;
import io.millrace.shard.ShardWork;
import io.millrace.shard.TableStep;
import io.millrace.warehouse.Dimension;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Says what the shards of this service hold: a {@link DimensionStep} for each dimension. */
@ApplicationScoped
public class DimensionService implements ShardService {

  @Override
  public Service service() {
    return Service.DIMENSION;
  }

  @Override
  public ShardWork open(Shard shard) {
    List<TableStep> steps =
        shard.tables().stream()
            .map(Dimension.class::cast)
            .<TableStep>map(dimension -> DimensionStep.open(shard, dimension))
            .toList();
    return new EachTable(steps);
  }
}
