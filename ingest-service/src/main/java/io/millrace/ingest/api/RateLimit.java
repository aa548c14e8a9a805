package io.millrace.ingest.api;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads from an answer when the API may be asked again. */
final class RateLimit {

  /** Without any header, GitHub asks for at least this much. */
  private static final Duration UNTOLD = Duration.ofMinutes(1);

  private RateLimit() {}

  /** Whether a refusal asks to come again later. */
  static boolean refuses(int status, HttpHeaders headers, String body) {
    return status == 429
        || (status == 503 && headers.firstValue("retry-after").isPresent())
        || (status == 403
            && (headers.firstValue("retry-after").isPresent()
                || isSpent(headers)
                || body.contains("rate limit")));
  }

  /** Whether the answer says that it was the last before the limit. */
  static boolean isSpent(HttpHeaders headers) {
    return headers.firstValue("x-ratelimit-remaining").map(String::trim).orElse("").equals("0");
  }

  /**
   * How long the API asks to wait: {@code Retry-After} (seconds or a date), else until {@code
   * x-ratelimit-reset}, else a minute, doubled with each refusal in a row.
   *
   * @param refusals in a row so far, this one included
   */
  static Duration pause(HttpHeaders headers, Instant now, int refusals) {
    return retryAfter(headers, now)
        .or(() -> untilReset(headers, now))
        .orElseGet(() -> UNTOLD.multipliedBy(1L << Math.min(refusals - 1, 10)));
  }

  /** The time until a spent limit is filled again; empty when nothing says so. */
  static Optional<Duration> untilReset(HttpHeaders headers, Instant now) {
    if (!isSpent(headers)) {
      return Optional.empty();
    }
    OptionalLong reset = number(headers.firstValue("x-ratelimit-reset"));
    return reset.isEmpty()
        ? Optional.empty()
        // The second itself still belongs to the old window.
        : Optional.of(Duration.between(now, Instant.ofEpochSecond(reset.getAsLong() + 1)));
  }

  private static Optional<Duration> retryAfter(HttpHeaders headers, Instant now) {
    Optional<String> header = headers.firstValue("retry-after");
    OptionalLong seconds = number(header);
    if (seconds.isPresent()) {
      return Optional.of(Duration.ofSeconds(seconds.getAsLong()));
    }
    try {
      return header.map(text ->
          Duration.between(
              now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  private static OptionalLong number(Optional<String> header) {
    String text = header.map(String::trim).orElse("");
    return text.matches("\\d{1,11}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }
}
