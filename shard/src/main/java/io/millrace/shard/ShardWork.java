package io.millrace.shard;

import java.util.List;

/** What a service does with the tables of one shard. Used by the shard's loop alone. */
public interface ShardWork extends AutoCloseable {

  /** The tables that are open, inputs before those that read them. */
  List<WrittenTable> tables();

  /**
   * Brings tables on by a bounded amount of work: commits and publishes their versions.
   *
   * @return whether there is more to do at once
   */
  boolean advance() throws InterruptedException;

  @Override
  void close();
}
