package io.millrace.dimension;

import io.millrace.changelog.published.TableVersion;
import java.util.Optional;

/**
 * A version of the input, and where its changes are read.
 *
 * @param tableId of the input
 * @param version its Delta version
 * @param cut the cut that it shows
 * @param how where its changes come from
 */
record InputVersion(String tableId, long version, long cut, How how) {

  /** Where the changes of an input version come from. */
  sealed interface How {
    /** From the topic, or from the feed if the announcement says so. */
    record Announced(TableVersion version) implements How {}

    /** From the lake's change feed: no announcement of it is held. */
    record Feed() implements How {}

    /**
     * From the input's rows at that version, compared with the dimension's current members: the
     * changes in between are no longer held.
     */
    record Difference() implements How {}
  }

  static InputVersion announced(TableVersion version) {
    return new InputVersion(
        version.tableId(), version.version(), version.cut(), new How.Announced(version));
  }

  /** End of its changes on the input's topic. */
  Optional<Long> topicEnd() {
    return switch (how) {
      case How.Announced(TableVersion announced) ->
          announced.ranges().filter(r -> !r.isEmpty()).map(r -> r.getLast().getEnd());
      case How.Feed _, How.Difference _ -> Optional.empty();
    };
  }
}
