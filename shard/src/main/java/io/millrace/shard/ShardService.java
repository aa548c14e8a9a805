package io.millrace.shard;

import io.millrace.contracts.Service;

/** The service whose shards are run: staging, dimension or marts. */
public interface ShardService {

  Service service();

  /** Loads the shard's tables, creating the missing ones. */
  ShardWork open(Shard shard) throws InterruptedException;
}
