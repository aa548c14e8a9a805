package io.millrace.ingest;

import io.millrace.warehouse.source.Source;
import java.time.Duration;
import java.util.Optional;

/**
 * What the loop needs to know of a source.
 *
 * @param source its declaration
 * @param kind cdc or api
 * @param cutInterval least time between two cuts with changes
 * @param heartbeat time between two cuts without
 * @param round least period of the rounds of marts
 * @param opener how a reader is made
 */
record SourcePlan(
    Source source,
    String kind,
    Duration cutInterval,
    Duration heartbeat,
    Duration round,
    Opener opener) {

  /** Opens a source at a position, or at its beginning. */
  interface Opener {
    SourceReader open(Optional<String> position) throws InterruptedException;
  }

  String name() {
    return source.name();
  }

  SourceReader open(Optional<String> position) throws InterruptedException {
    return opener.open(position);
  }
}
