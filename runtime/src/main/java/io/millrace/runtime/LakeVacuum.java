package io.millrace.runtime;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How old versions of tables become before a service deletes their files.
 *
 * @param retention at least 168 hours, which Delta's readers count on; null for never
 */
public record LakeVacuum(@Nullable Duration retention) {
  private static final Duration LEAST = Duration.ofDays(7);
  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})([hd])");

  /**
   * Reads {@code 168h}, {@code 30d} or {@code off}.
   *
   * @throws IllegalArgumentException for anything else, or less than 168 hours
   */
  public static LakeVacuum parse(String text) {
    if (text.equals("off")) {
      return new LakeVacuum(null);
    }
    Matcher parts = TEXT.matcher(text);
    if (parts.matches()) {
      long number = Long.parseLong(parts.group(1));
      Duration retention =
          parts.group(2).equals("d") ? Duration.ofDays(number) : Duration.ofHours(number);
      if (retention.compareTo(LEAST) >= 0) {
        return new LakeVacuum(retention);
      }
    }
    throw new IllegalArgumentException(
        "MILLRACE_LAKE_VACUUM is "
            + text
            + ", which is neither off nor hours or days of 168 hours at least, such as 168h or 30d."
            + " Readers and followers count on 168 hours; millrace table vacuum --force takes"
            + " less.");
  }
}
