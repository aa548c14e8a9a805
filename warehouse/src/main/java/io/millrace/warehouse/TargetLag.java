package io.millrace.warehouse;

import io.millrace.warehouse.yaml.Durations;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** How far a dynamic table may be behind its sources, in data time. */
public sealed interface TargetLag {

  /** What a target lag looks like, for messages. */
  String FORM = Durations.FORM + ", 'downstream' or 'upstream'";

  /** Its text in a statement, without quotes: one text for each lag. */
  default String text() {
    return switch (this) {
      case Within within -> Durations.text(within.lag());
      case Downstream _ -> "downstream";
      case Upstream _ -> "upstream";
    };
  }

  /** Reads the text of a TARGET_LAG; empty when it is none. */
  static Optional<TargetLag> parse(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "downstream" -> Optional.of(new Downstream());
      case "upstream" -> Optional.of(new Upstream());
      default -> Durations.parse(text).filter(Duration::isPositive).map(Within::new);
    };
  }

  /**
   * How often tables of that lag are refreshed, on the log's time: at multiples of the greatest
   * power of two seconds that is not above half the lag, at least every second.
   */
  static Duration period(Duration lag) {
    return Duration.ofSeconds(Long.highestOneBit(Math.max(1, lag.toSeconds() / 2)));
  }

  /** {@code '<n> <unit>'}: at most this much. */
  record Within(Duration lag) implements TargetLag {}

  /** {@code 'downstream'}: only as fresh as the tables that read it ask. */
  record Downstream() implements TargetLag {}

  /** {@code 'upstream'}: refreshed whenever its dynamic inputs are. */
  record Upstream() implements TargetLag {}
}
