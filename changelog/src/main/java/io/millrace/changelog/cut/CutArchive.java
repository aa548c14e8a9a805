package io.millrace.changelog.cut;

import io.millrace.contracts.wire.Cut;
import java.util.List;

/** The cut log itself, from which cuts that are no longer held are read again. */
@FunctionalInterface
public interface CutArchive {

  /**
   * The records at offsets from {@code from} on, all of which are in the log.
   *
   * @return exactly {@code count} records
   */
  List<Cut> read(long from, int count);
}
