package io.millrace.staging;

import io.millrace.changelog.codec.WireRecord;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The next batches of a range, up to a number of records: so many can be refused before those that
 * are leave the memory of the service.
 */
final class Portion implements Iterator<List<WireRecord>> {
  /** About 50 MB of refusals. */
  static final int RECORDS = 200_000;

  private final Iterator<List<WireRecord>> batches;
  private int taken;

  Portion(Iterator<List<WireRecord>> batches) {
    this.batches = batches;
  }

  @Override
  public boolean hasNext() {
    return taken < RECORDS && batches.hasNext();
  }

  @Override
  public List<WireRecord> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the portion is full, or the range ends");
    }
    List<WireRecord> batch = batches.next();
    taken += batch.size();
    return batch;
  }
}
