package io.millrace.shard;

/**
 * One table brought to one cut: <em>plan -> read -> apply -> set aside -> commit -> publish</em>.
 * Used by the shard's loop alone.
 */
public interface TableStep extends AutoCloseable {

  WrittenTable table();

  /**
   * Takes the next step if there is one.
   *
   * @return whether a step was taken, so that there may be another
   */
  boolean step() throws InterruptedException;

  @Override
  void close();
}
