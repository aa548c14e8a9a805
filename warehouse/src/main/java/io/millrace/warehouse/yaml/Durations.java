package io.millrace.warehouse.yaml;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 5 minutes}. */
public final class Durations {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})\\s*([a-zA-Z]+)");

  /** The greatest first. */
  private static final List<Map.Entry<String, Duration>> UNITS =
      List.of(
          Map.entry("day", Duration.ofDays(1)),
          Map.entry("hour", Duration.ofHours(1)),
          Map.entry("minute", Duration.ofMinutes(1)),
          Map.entry("second", Duration.ofSeconds(1)),
          Map.entry("millisecond", Duration.ofMillis(1)));

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

  /** A duration of whole milliseconds in the greatest unit of which it is a whole number. */
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    for (Map.Entry<String, Duration> unit : UNITS) {
      long unitMillis = unit.getValue().toMillis();
      if (millis % unitMillis == 0) {
        long n = millis / unitMillis;
        return n + " " + unit.getKey() + (n == 1 ? "" : "s");
      }
    }
    throw new IllegalStateException("every number of milliseconds is one of milliseconds");
  }
}
