package io.millrace.ingest.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.ingest.api.Transport.Flight;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gets one page: follows its redirects, waits for rate limits, and tries again after failures, up
 * to the source's attempts. Never blocks: {@link #advance} does what can be done now.
 */
final class PageFetch {

  private static final int REDIRECTS_MAX = 5;

  private final PageRequest request;
  private final Transport transport;
  private final Pacing pacing;
  private final PageBody bodies;
  private final int attempts;
  private URI address;
  private int failures;
  private int refusals;
  private int redirects;
  private @Nullable Flight flight;

  PageFetch(
      PageRequest request, Transport transport, Pacing pacing, PageBody bodies, int attempts) {
    this.request = request;
    this.transport = transport;
    this.pacing = pacing;
    this.bodies = bodies;
    this.attempts = attempts;
    this.address = transport.hosts().check(request.address());
  }

  /** The request under way; null while the pacing holds it back. */
  @Nullable Flight flight() {
    return flight;
  }

  /**
   * The answer, or null while it is under way or held back.
   *
   * @throws MillraceException when there will be none
   */
  @Nullable Answer advance() {
    while (true) {
      if (flight == null) {
        if (!pacing.isOpen()) {
          return null;
        }
        flight = transport.send(request, address);
      }
      if (!flight.isOver()) {
        return null;
      }
      Flight over = flight;
      flight = null;
      Answer answer = land(over);
      if (answer != null) {
        return answer;
      }
    }
  }

  private @Nullable Answer land(Flight over) {
    try {
      HttpResponse<CappedBody.Bytes> response = over.land();
      int status = response.statusCode();
      if (status >= 400 && isLimit(response)) {
        return limited(response);
      }
      return switch (status / 100) {
        case 2 ->
            // 202 is not ready, 206 is a part.
            status == 200 || status == 203
                ? page(response)
                : failed("it answered " + status, null, IngestError.ING_030_API_UNAVAILABLE);
        case 3 ->
            status == 304 && request.etag() != null ? new Answer.Unchanged() : redirected(response);
        case 4 -> refused(status);
        default -> failed("it answered " + status, null, IngestError.ING_030_API_UNAVAILABLE);
      };
    } catch (UnreadableAnswer e) {
      return failed(String.valueOf(e.getMessage()), e, IngestError.ING_034_API_ANSWER_UNREADABLE);
    } catch (IOException e) {
      String what = e.getClass().getSimpleName();
      return failed("it gave no answer: " + what, e, IngestError.ING_030_API_UNAVAILABLE);
    }
  }

  private Answer page(HttpResponse<CappedBody.Bytes> response) throws UnreadableAnswer {
    ArrayNode records =
        bodies.records(response.headers(), response.body(), request.resource().records(), where());
    RateLimit.untilReset(response.headers(), pacing.now())
        .ifPresent(pause -> pacing.limited(pause, 1));
    URI next =
        switch (request.resource().pagination()) {
          case NONE -> null;
          case LINK_HEADER -> next(response);
        };
    return new Answer.Page(records, next, response.headers().firstValue("etag").orElse(null));
  }

  private @Nullable URI next(HttpResponse<CappedBody.Bytes> response) throws UnreadableAnswer {
    Optional<String> next = LinkHeader.next(response.headers().allValues("link"));
    return next.isEmpty() ? null : resolved(next.get());
  }

  private @Nullable Answer redirected(HttpResponse<CappedBody.Bytes> response)
      throws UnreadableAnswer {
    Optional<String> location = response.headers().firstValue("location");
    if (location.isEmpty()) {
      throw new UnreadableAnswer("it is a redirect without a location", null);
    }
    redirects++;
    if (redirects > REDIRECTS_MAX) {
      throw new MillraceException(
          IngestError.ING_036_API_PAGES_ENDLESS,
          where() + ": more than " + REDIRECTS_MAX + " redirects. Correct the path.");
    }
    address = transport.hosts().check(resolved(location.get()));
    return null;
  }

  private URI resolved(String reference) throws UnreadableAnswer {
    try {
      // URI.resolve would drop the last part of the path here.
      return reference.startsWith("?")
          ? URI.create(address.toString().replaceFirst("\\?.*$", "") + reference)
          : address.resolve(reference);
    } catch (IllegalArgumentException e) {
      throw new UnreadableAnswer("its link is no address", e);
    }
  }

  private @Nullable Answer refused(int status) {
    return switch (status) {
      case 404, 410 -> new Answer.Absent(status);
      case 408, 425 -> failed("it answered " + status, null, IngestError.ING_030_API_UNAVAILABLE);
      case 401, 403 ->
          throw ApiProblem.of(
              IngestError.ING_032_API_NOT_AUTHORIZED,
              "%s: the API answered %d. %s",
              where(),
              status,
              transport.advice());
      default ->
          throw ApiProblem.of(
              IngestError.ING_031_API_REFUSED,
              "%s: the API answered %d. Check the path and the query parameters.",
              where(),
              status);
    };
  }

  private static boolean isLimit(HttpResponse<CappedBody.Bytes> response) {
    String body = new String(response.body().bytes(), StandardCharsets.UTF_8);
    return RateLimit.refuses(response.statusCode(), response.headers(), body);
  }

  private @Nullable Answer limited(HttpResponse<CappedBody.Bytes> response) {
    refusals++;
    if (refusals >= attempts) {
      throw ApiProblem.of(
          IngestError.ING_042_API_RATE_LIMITED,
          "%s: the API still asks to wait after %d attempts. Lengthen the interval, or use a token"
              + " with a higher limit. %s",
          where(),
          refusals,
          transport.advice());
    }
    pacing.limited(RateLimit.pause(response.headers(), pacing.now(), refusals), refusals);
    return null;
  }

  private @Nullable Answer failed(String what, @Nullable Exception cause, IngestError code) {
    failures++;
    if (failures >= attempts) {
      throw ApiProblem.because(
          cause,
          code,
          "%s: %s, for the last of %d attempts. The run begins again later.",
          where(),
          what,
          failures);
    }
    pacing.failed(failures, "another try of " + address.getRawPath());
    redirects = 0;
    address = request.address();
    return null;
  }

  /** Resource and path; queries may hold secrets. */
  private String where() {
    return "resource " + request.resource().name() + ", " + address.getRawPath();
  }
}
