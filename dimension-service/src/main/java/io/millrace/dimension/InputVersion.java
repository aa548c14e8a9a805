package io.millrace.dimension;

import io.millrace.changelog.published.TableVersion;
import io.millrace.lake.DeltaTable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

    /**
     * From the lake's change feed: no announcement of it is held.
     *
     * @param table the input, opened once for all versions that are read together
     */
    record Feed(DeltaTable table) implements How {}

    /**
     * The input's rows at that version: the changes in between are no longer held. A current member
     * without a row has ended.
     */
    record Difference() implements How {}

    /**
     * From several versions at once, of which only the last is shown.
     *
     * @param parts in their order; none of them is of this kind
     */
    record Together(List<InputVersion> parts) implements How {
      public Together {
        parts = List.copyOf(parts);
      }
    }
  }

  static InputVersion announced(TableVersion version) {
    return new InputVersion(
        version.tableId(), version.version(), version.cut(), new How.Announced(version));
  }

  /** The versions that it is made of. */
  List<InputVersion> parts() {
    return how instanceof How.Together(List<InputVersion> parts) ? parts : List.of(this);
  }

  /** Whether it says of all members what they are, not only of those that changed. */
  boolean saysAll() {
    return parts().stream().anyMatch(part -> part.how() instanceof How.Difference);
  }

  /** This version and the next as one, which shows the next. */
  InputVersion with(InputVersion next) {
    return new InputVersion(
        next.tableId(),
        next.version(),
        next.cut(),
        new How.Together(Stream.concat(parts().stream(), next.parts().stream()).toList()));
  }

  /** End of its changes on the input's topic. */
  Optional<Long> topicEnd() {
    return switch (how) {
      case How.Announced(TableVersion announced) ->
          announced.ranges().filter(r -> !r.isEmpty()).map(r -> r.getLast().getEnd());
      case How.Feed _, How.Difference _ -> Optional.empty();
      case How.Together(List<InputVersion> parts) -> parts.getLast().topicEnd();
    };
  }
}
