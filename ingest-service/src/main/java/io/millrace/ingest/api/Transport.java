package io.millrace.ingest.api;

import io.millrace.contracts.error.IngestError;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.ApiSource.Auth;
import io.millrace.warehouse.source.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Sends single requests: no redirect is followed, no answer is larger than allowed, and only the
 * API's own host is told who asks. Owns its HTTP client.
 */
final class Transport implements AutoCloseable {

  private final ApiSource source;
  private final AllowedHosts hosts;
  private final Function<Secret, Optional<String>> secrets;
  private final Runnable onNews;
  private final HttpClient http;

  /**
   * A transport of one source.
   *
   * @param secrets looks a secret up; empty while it is unset
   * @param onNews called on any thread when an answer has come or failed
   */
  Transport(ApiSource source, Function<Secret, Optional<String>> secrets, Runnable onNews) {
    this.source = source;
    this.hosts = new AllowedHosts(source);
    this.secrets = secrets;
    this.onNews = onNews;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(source.timeout())
            .build();
  }

  AllowedHosts hosts() {
    return hosts;
  }

  Flight send(PageRequest page, URI address) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(source.timeout());
    request.setHeader("User-Agent", "millrace");
    request.setHeader("Accept", "application/json");
    request.setHeader("Accept-Encoding", "gzip");
    if (hosts.isBase(address)) {
      for (Map.Entry<String, String> header : source.headers().entrySet()) {
        if (!isSet(request, header.getKey(), header.getValue())) {
          throw ApiProblem.of(
              IngestError.ING_040_API_DECLARATION_INVALID,
              "source %s: header %s has a name or a value that no request can carry. Correct it"
                  + " under headers.",
              source.name(),
              header.getKey());
        }
      }
      if (!token().map(text -> isSet(request, "Authorization", "Bearer " + text)).orElse(true)) {
        throw ApiProblem.of(
            IngestError.ING_032_API_NOT_AUTHORIZED,
            "source %s: the token holds a character that no header can carry, such as a line end"
                + " or a byte order mark. %s",
            source.name(),
            advice());
      }
    }
    if (page.etag() != null) {
      request.setHeader("If-None-Match", page.etag());
    }
    CompletableFuture<HttpResponse<CappedBody.Bytes>> answer =
        http.sendAsync(request.build(), _ -> new CappedBody(source.maxBodyBytes()));
    long deadline = System.nanoTime() + source.timeout().toNanos();
    // The callback's own future is of no use: the flight is watched through the answer.
    CompletableFuture<?> _ = answer.whenComplete((_, _) -> onNews.run());
    return new Flight(answer, deadline);
  }

  /** The exception itself quotes the value, which may be a secret. */
  private static boolean isSet(HttpRequest.Builder request, String name, String value) {
    try {
      request.setHeader(name, value);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** Which token an operator has to look at, never what it is. */
  String advice() {
    return switch (source.auth()) {
      case Auth.None() -> "The source declares no token: add one under auth.";
      case Auth.Bearer(Secret token) ->
          token().isPresent()
              ? "Check that the token in " + token.reference() + " is valid and may read this."
              : "No token was sent, because " + token.reference() + " is unset: set it.";
    };
  }

  private Optional<String> token() {
    return switch (source.auth()) {
      case Auth.None() -> Optional.empty();
      case Auth.Bearer(Secret token) ->
          secrets.apply(token).map(String::strip).filter(text -> !text.isEmpty());
    };
  }

  /** Ends all requests. */
  @Override
  public void close() {
    http.shutdownNow();
  }

  /**
   * A request under way.
   *
   * @param answer comes on any thread
   * @param deadlineNanos of {@link System#nanoTime}, for the whole body
   */
  record Flight(CompletableFuture<HttpResponse<CappedBody.Bytes>> answer, long deadlineNanos) {

    long remainingNanos() {
      return deadlineNanos - System.nanoTime();
    }

    /** Whether an answer, an error or the deadline has come. */
    boolean isOver() {
      return answer.isDone() || remainingNanos() <= 0;
    }

    /**
     * The answer of a flight that is over.
     *
     * @throws IOException when there is none
     */
    HttpResponse<CappedBody.Bytes> land() throws IOException {
      if (!answer.isDone()) {
        boolean _ = answer.cancel(true);
        throw new HttpTimeoutException("no complete answer in time");
      }
      try {
        return answer.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
      }
    }
  }
}
