package io.millrace.demo.github;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves an {@link Organization} on a loopback port with the paths, parameters, headers and limits
 * of the GitHub API: {@code /orgs/{org}/repos} and {@code /repos/{org}/{repo}/issues}. Can be told
 * to answer wrongly. Safe from any thread.
 */
public final class GithubApi implements AutoCloseable {

  /**
   * How it serves.
   *
   * @param port 0 for a free one
   * @param token that requests must carry; empty to serve anybody
   * @param tickEvery the organization changes after each so many requests; 0 for never
   * @param requestsPerHour the rate limit
   */
  public record Options(int port, String token, int tickEvery, int requestsPerHour) {
    /** A free port, no token, no ticks, GitHub's limit for a token. */
    public static final Options DEFAULTS = new Options(0, "", 0, 5000);
  }

  /**
   * A request that was answered.
   *
   * @param address path and query
   * @param status of the answer
   * @param authorization header; null if there was none
   */
  public record Served(URI address, int status, @Nullable String authorization) {}

  private final Organization organization;
  private final Options options;
  private final Clock clock;
  private final Listing listing;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final JsonMapper json = new JsonMapper();
  private final Deque<Fault> faults = new ArrayDeque<>();
  private final List<Served> served = new ArrayList<>();
  private Instant windowEnd = Instant.MIN;
  private int used;

  /** Begins to serve. */
  public GithubApi(Organization organization, Options options, Clock clock) {
    this.organization = organization;
    this.options = options;
    this.clock = clock;
    this.listing = new Listing(organization);
    try {
      server =
          HttpServer.create(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  /** Where it serves. */
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What it serves. */
  public Organization organization() {
    return organization;
  }

  /** The next {@code times} requests meet this fault, after those that were asked for before. */
  public synchronized void next(int times, Fault fault) {
    for (int i = 0; i < times; i++) {
      faults.add(fault);
    }
  }

  /** All requests so far, in order of their answers. */
  public synchronized List<Served> served() {
    return List.copyOf(served);
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.close();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answer(exchange);
      if (answer == null) {
        return;
      }
      answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
      byte[] body = answer.body();
      log(exchange, answer.status());
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  /** The answer, wrong if a fault is due; null to close the connection. */
  private @Nullable Answer answer(HttpExchange exchange) throws IOException {
    Fault fault = nextFault();
    return switch (fault) {
      case null -> right(exchange);
      case Fault.Reply(int status, Map<String, String> headers, byte[] body) ->
          new Answer(status, headers, body);
      case Fault.RedirectTo(URI address) ->
          new Answer(302, Map.of("Location", address.toString()), new byte[0]);
      case Fault.Reset() -> {
        log(exchange, 0);
        yield null;
      }
      case Fault.Truncated() -> {
        Answer whole = right(exchange);
        yield whole.with(Arrays.copyOf(whole.body(), whole.body().length / 2));
      }
      case Fault.NextLinkTo(URI address) -> right(exchange).withNext(address.toString());
      case Fault.NextLinkToItself() ->
          right(exchange).withNext(exchange.getRequestURI().toString());
      case Fault.Slow(var pause) -> {
        Answer late = right(exchange);
        try {
          boolean _ = closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted while slow", e);
        }
        yield late;
      }
    };
  }

  private Answer right(HttpExchange exchange) throws IOException {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (!options.token().isEmpty()
        && !("Bearer " + options.token()).equals(authorization)
        && !("token " + options.token()).equals(authorization)) {
      return message(401, "Bad credentials");
    }
    boolean within = countRequest();
    if (!within) {
      return message(403, "API rate limit exceeded for 127.0.0.1.").plus(limits());
    }
    Answer answer = page(exchange).plus(limits());
    String etag = answer.headers().get("ETag");
    if (etag != null && etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      return answer.unchanged();
    }
    return answer;
  }

  private Answer page(HttpExchange exchange) throws IOException {
    URI address = exchange.getRequestURI();
    Query query = Query.of(address);
    if (!exchange.getRequestMethod().equals("GET")) {
      return message(404, "Not Found");
    }
    try {
      Listing.Part part = listing.part(address.getPath(), query).orElse(null);
      return part == null
          ? message(404, "Not Found")
          : Answer.page(
              json.writeValueAsBytes(part.records()),
              Links.header(baseUrl().resolve(address.getRawPath()), query, part));
    } catch (DateTimeException _) {
      return message(422, "Validation Failed");
    }
  }

  private Answer message(int status, String text) throws IOException {
    return Answer.message(status, json.writeValueAsBytes(Map.of("message", text)));
  }

  /** Counts a request; false when the limit of this hour is spent. */
  private synchronized boolean countRequest() {
    Instant now = clock.instant();
    if (!now.isBefore(windowEnd)) {
      windowEnd = now.truncatedTo(ChronoUnit.SECONDS).plus(1, ChronoUnit.HOURS);
      used = 0;
    }
    if (used >= options.requestsPerHour()) {
      return false;
    }
    used++;
    return true;
  }

  private synchronized Map<String, String> limits() {
    return Answer.limits(options.requestsPerHour(), used, windowEnd);
  }

  private synchronized @Nullable Fault nextFault() {
    return faults.poll();
  }

  private void log(HttpExchange exchange, int status) {
    boolean tick;
    synchronized (this) {
      served.add(
          new Served(
              exchange.getRequestURI(),
              status,
              exchange.getRequestHeaders().getFirst("Authorization")));
      tick = options.tickEvery() > 0 && served.size() % options.tickEvery() == 0;
    }
    if (tick) {
      organization.tick();
    }
  }
}
