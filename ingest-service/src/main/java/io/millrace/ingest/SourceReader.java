package io.millrace.ingest;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A source opened at a position. Events come in the order of the source. Used by one thread; not
 * restarted after an error: the loop closes it and opens another at the last announced position.
 */
public interface SourceReader extends AutoCloseable {

  /**
   * The next event, or null when none came within {@code wait}.
   *
   * @throws io.millrace.contracts.error.MillraceException when the source cannot go on
   */
  @Nullable SourceEvent poll(Duration wait) throws InterruptedException;

  /**
   * Says that everything up to this position is announced, so the source may forget it. Positions
   * are those of {@link SourceEvent.End} events, in order; may be called late or never.
   */
  void confirm(String position);

  /** What an operator wants to see: state, progress, what it waits for. Safe from any thread. */
  SourceProgress progress();

  /** Stops reading; the position is not confirmed by this. */
  @Override
  void close();
}
