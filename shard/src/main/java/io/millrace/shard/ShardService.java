package io.millrace.shard;

import io.millrace.contracts.Service;

/** The service whose shards are run: staging, dimension or marts. */
public interface ShardService {

  Service service();

  /**
   * Whether one loop works on all shards that an instance holds, because their tables read one
   * another; else each shard has a loop of its own.
   */
  default boolean holdsShardsTogether() {
    return false;
  }

  /** Loads the tables, creating the missing ones. */
  ShardWork open(Shard shard) throws InterruptedException;
}
