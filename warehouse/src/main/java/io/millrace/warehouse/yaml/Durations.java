package io.millrace.warehouse.yaml;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 5 minutes}. */
public final class Durations {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})\\s*([a-zA-Z]+)");

  private Durations() {}

  /** What a duration looks like, for messages. */
  public static final String FORM = "a duration such as '30 seconds', '5 minutes' or '7 days'";

  /** Reads {@code <n> <unit>}, unit from milliseconds to days; empty for anything else. */
  public static Optional<Duration> parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long n = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
      case "ms", "millisecond", "milliseconds" -> Optional.of(Duration.ofMillis(n));
      case "s", "sec", "second", "seconds" -> Optional.of(Duration.ofSeconds(n));
      case "m", "min", "minute", "minutes" -> Optional.of(Duration.ofMinutes(n));
      case "h", "hour", "hours" -> Optional.of(Duration.ofHours(n));
      case "d", "day", "days" -> Optional.of(Duration.ofDays(n));
      default -> Optional.empty();
    };
  }
}
