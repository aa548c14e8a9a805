package io.millrace.system.line;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Something that keeps the {@link FourQueries} over the raw topics of a line, as processes. */
interface Keeper extends AutoCloseable {
  /** Its processes. They take in whatever comes until they are stopped. */
  List<ProcessHandle> processes();

  /**
   * Waits until it shows everything up to a cut.
   *
   * @param cut the last cut of the source, as the line's cut log has it
   * @param rows the rows of each query at that cut
   */
  void awaitShown(long cut, Map<String, List<String>> rows, Duration limit) throws IOException;

  /** The rows of a query that it shows now. */
  List<String> rows(String query) throws Exception;

  /** Ends its processes. */
  @Override
  void close();
}
