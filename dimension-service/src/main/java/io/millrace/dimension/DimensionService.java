package io.millrace.dimension;

import io.millrace.contracts.Service;
import io.millrace.shard.EachTable;
import io.millrace.shard.Shard;
import io.millrace.shard.ShardService;
import io.millrace.shard.ShardWork;
import io.millrace.warehouse.Calendar;
import io.millrace.warehouse.Dimension;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Says what the shards of this service hold: a {@link DimensionStep} for each dimension, a {@link
 * CalendarStep} for each calendar.
 */
@ApplicationScoped
public class DimensionService implements ShardService {

  @Override
  public Service service() {
    return Service.DIMENSION;
  }

  @Override
  public ShardWork open(Shard shard) {
    return new EachTable(
        shard,
        table ->
            table instanceof Calendar calendar
                ? CalendarStep.open(shard, calendar)
                : DimensionStep.open(shard, (Dimension) table));
  }
}
