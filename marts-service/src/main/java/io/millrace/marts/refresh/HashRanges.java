package io.millrace.marts.refresh;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Work on all rows of a table at once or, where that needs more memory than DuckDB may use and its
 * spilling does not help, on one range of their keys' hashes after the other. How many ranges it
 * took is remembered, and from time to time fewer are tried: memory may have been short only then.
 * One thread.
 */
final class HashRanges {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");
  private static final int MORE = 16;
  private static final int MOST = 4096;
  private static final int TIMES = 50;

  private final String what;
  private final int least;
  private int count;
  private int times;

  /**
   * @param what for messages
   * @param count how many ranges it begins with
   */
  HashRanges(String what, int count) {
    this.what = what;
    this.least = count;
    this.count = count;
  }

  /**
   * A range.
   *
   * @param first whether it is the first one of all
   * @param condition SQL that is true of its rows
   */
  record Range(boolean first, String condition) {}

  /**
   * Does the work for each range. Where one does not fit into memory, all begin anew.
   *
   * @param hashed SQL of what is hashed: the same for rows that belong together
   * @param work returns what came of a range; begins anew with the first one
   */
  <T> List<T> each(String hashed, Function<Range, T> work) {
    if (count > least && ++times > TIMES) {
      count = Math.max(least, count / MORE);
      times = 0;
    }
    while (true) {
      try {
        return pass(hashed, work);
      } catch (MillraceException e) {
        if (!isOutOfMemory(e) || count >= MOST) {
          throw e;
        }
        count *= MORE;
        LOG.infof("%s does not fit into memory: it is taken in %d ranges", what, count);
      }
    }
  }

  private <T> List<T> pass(String hashed, Function<Range, T> work) {
    List<T> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String condition = count == 1 ? "true" : "hash(%s) %% %d = %d".formatted(hashed, count, i);
      all.add(work.apply(new Range(i == 0, condition)));
    }
    return all;
  }

  private static boolean isOutOfMemory(MillraceException e) {
    return e.errorCode() == LakeError.LK_004_STATEMENT_FAILED
        && e.getCause() instanceof SQLException cause
        && String.valueOf(cause.getMessage()).startsWith("Out of Memory Error");
  }
}
