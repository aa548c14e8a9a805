package io.millrace.ingest.api;

import static io.millrace.ingest.api.ReaderDriver.changes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.demo.github.Fault;
import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.Organization;
import io.millrace.ingest.SourceEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reader does while the API, or what stands before it, misbehaves. */
class ApiFaultTest {

  private static final int REPOS = 25;
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

  private final ManualClock clock = new ManualClock();
  private final Organization organization = new Organization("millrace", REPOS, 100, 1, clock);
  private final GithubApi api = new GithubApi(organization, GithubApi.Options.DEFAULTS, clock);
  private final Github github = new Github(api.baseUrl());

  ApiFaultTest() {
    github.issues = false;
    github.perPage = 10;
  }

  @AfterEach
  void closeApi() {
    api.close();
  }

  private ReaderDriver open() {
    return new ReaderDriver(github.source(), null, clock);
  }

  /** Runs to the failure; what was emitted before it goes to {@code emitted}. */
  private MillraceException failure(List<SourceEvent> emitted) {
    try (ReaderDriver driver = open()) {
      MillraceException failure =
          catchThrowableOfType(MillraceException.class, () -> driver.run(emitted));
      assertThat(failure).as("the run fails").isNotNull();
      return failure;
    }
  }

  private MillraceException failure() {
    return failure(new ArrayList<>());
  }

  /** Lets the run pass over the fault, with every row once; returns how long it waited. */
  private Duration survives() throws InterruptedException {
    Instant before = clock.instant();
    try (ReaderDriver driver = open()) {
      assertThat(changes(driver.run(), "repos")).hasSize(REPOS);
    }
    return Duration.between(before, clock.instant());
  }

  private static Fault reply(int status, Map<String, String> headers, String body) {
    return new Fault.Reply(status, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void serverErrorsAreTriedAgainAfterGrowingPauses() throws InterruptedException {
    api.next(3, reply(503, Map.of(), "busy"));
    // Half of 1, 2 and 4 seconds at least, all of them at most.
    assertThat(survives()).isBetween(Duration.ofMillis(3500), Duration.ofSeconds(7));
  }

  @Test
  void pauseIsVisibleInTheProgress() throws InterruptedException {
    api.next(1, reply(500, Map.of(), ""));
    try (ReaderDriver driver = open()) {
      driver.run();
      assertThat(driver.waits).hasSize(1);
      assertThat(driver.waits.getFirst()).startsWith("another try of /orgs/millrace/repos until");
    }
  }

  @Test
  void serverErrorsBeyondTheAttemptsFailTheRunForALaterOne() {
    api.next(4, reply(500, Map.of(), ""));
    List<SourceEvent> emitted = new ArrayList<>();
    MillraceException failure = failure(emitted);
    assertThat(failure.errorCode()).isEqualTo(IngestError.ING_030_API_UNAVAILABLE);
    assertThat(failure.errorCode().response()).isEqualTo(ErrorCode.Response.RETRY);
    assertThat(emitted).noneMatch(SourceEvent.End.class::isInstance);
  }

  @Test
  void failedRunLeavesNothingBehindForTheReaderOpenedAfterIt() throws InterruptedException {
    String position;
    try (ReaderDriver driver = open()) {
      position = ReaderDriver.end(driver.run()).position();
      clock.advance(Duration.ofMinutes(1));
      for (int i = 0; i < 30; i++) {
        organization.tick();
      }
      api.next(4, reply(500, Map.of(), ""));
      assertThat(catchThrowableOfType(MillraceException.class, driver::run)).isNotNull();
    }
    try (ReaderDriver driver = new ReaderDriver(github.source(), position, clock)) {
      assertThat(changes(driver.run(), "repos")).hasSizeGreaterThan(5);
    }
  }

  @Test
  void connectionsThatBreakAreTriedAgain() throws InterruptedException {
    api.next(2, new Fault.Reset());
    assertThat(survives()).isPositive();
  }

  @Test
  void answersThatDoNotComeInTimeAreTriedAgain() throws InterruptedException {
    github.timeout = Duration.ofMillis(300);
    api.next(1, new Fault.Slow(Duration.ofSeconds(30)));
    assertThat(survives()).isPositive();
  }

  @Test
  void nobodyListeningFailsTheRunForALaterOne() {
    api.close();
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_030_API_UNAVAILABLE);
  }

  @Test
  void retryAfterIsKept() throws InterruptedException {
    api.next(1, reply(429, Map.of("Retry-After", "42"), ""));
    assertThat(survives()).isEqualTo(Duration.ofSeconds(42));
  }

  @Test
  void retryAfterMayBeADateAndComeWith403() throws InterruptedException {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            clock.instant().plusSeconds(90).atOffset(ZoneOffset.UTC));
    api.next(1, reply(403, Map.of("Retry-After", date), ""));
    assertThat(survives()).isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void retryAfterIsKeptWith503() throws InterruptedException {
    api.next(1, reply(503, Map.of("Retry-After", "30"), ""));
    assertThat(survives()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void retryAfterZeroStillPauses() throws InterruptedException {
    api.next(3, reply(429, Map.of("Retry-After", "0"), ""));
    assertThat(survives()).isGreaterThanOrEqualTo(Duration.ofMillis(3500));
  }

  @Test
  void limitWithoutHeadersPausesMinutes() throws InterruptedException {
    api.next(2, reply(403, JSON, "{\"message\":\"You have exceeded a secondary rate limit\"}"));
    assertThat(survives()).isEqualTo(Duration.ofMinutes(3));
  }

  @Test
  void retryAfterIsCutAtAQuarterOfAnHour() throws InterruptedException {
    api.next(1, reply(429, Map.of("Retry-After", "99999"), ""));
    assertThat(survives()).isEqualTo(Duration.ofMinutes(15));
  }

  @Test
  void limitThatNeverLiftsFailsTheRunForALaterOne() {
    api.next(4, reply(429, Map.of("Retry-After", "1"), ""));
    MillraceException failure = failure();
    assertThat(failure.errorCode()).isEqualTo(IngestError.ING_042_API_RATE_LIMITED);
    assertThat(failure.errorCode().response()).isEqualTo(ErrorCode.Response.RETRY);
  }

  @Test
  void spentLimitIsWaitedForBeforeItIsOverdrawn() throws InterruptedException {
    try (GithubApi poor = new GithubApi(organization, new GithubApi.Options(0, "", 0, 2), clock);
        ReaderDriver driver =
            new ReaderDriver(new Github(poor.baseUrl()).withoutIssues(10), null, clock)) {
      clock.advance(Duration.ofSeconds(1));
      Instant before = clock.instant();
      assertThat(changes(driver.run(), "repos")).hasSize(REPOS);
      assertThat(Duration.between(before, clock.instant()))
          .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
      assertThat(driver.waits).anyMatch(wait -> wait.startsWith("the API's rate limit until"));
      assertThat(poor.served().get(2).status())
          .as("asked again after the longest pause")
          .isEqualTo(403);
      assertThat(poor.served()).hasSizeLessThan(8);
    }
  }

  @Test
  void truncatedPageIsRefusedWholeAndTriedAgain() throws InterruptedException {
    api.next(1, new Fault.Truncated());
    assertThat(survives()).isPositive();
  }

  @Test
  void nothingOfATruncatedPageIsEmitted() {
    github.attempts = 1;
    api.next(1, new Fault.Truncated());
    List<SourceEvent> emitted = new ArrayList<>();
    MillraceException failure = failure(emitted);
    assertThat(failure.errorCode()).isEqualTo(IngestError.ING_034_API_ANSWER_UNREADABLE);
    assertThat(changes(emitted, "repos")).isEmpty();
  }

  @Test
  void htmlWith200IsRefused() {
    github.attempts = 1;
    api.next(1, reply(200, Map.of("Content-Type", "text/html"), "<html>Sign in</html>"));
    assertThat(failure())
        .hasMessageContaining("ING-034")
        .hasMessageContaining("text/html")
        .hasMessageNotContaining("Sign in");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"message\":\"Something went wrong\"}",
        "[{\"id\":1,\"id\":2}]",
        "[] []",
        "",
        "[{\"id\":1}"
      })
  void answerThatIsNoArrayOfRecordsIsRefused(String body) {
    github.attempts = 1;
    api.next(1, reply(200, JSON, body));
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_034_API_ANSWER_UNREADABLE);
  }

  /** 202 is still being computed, 206 is a part: an empty page of either is not all there is. */
  @ParameterizedTest
  @ValueSource(ints = {202, 206})
  void answerThatIsNotTheWholePageIsTriedAgain(int status) throws InterruptedException {
    api.next(1, reply(status, JSON, "[]"));
    assertThat(survives()).isPositive();
  }

  @Test
  void badUtf8IsRefused() {
    github.attempts = 1;
    byte[] body = {'[', '{', '"', 'a', '"', ':', '"', (byte) 0xC3, (byte) 0x28, '"', '}', ']'};
    api.next(1, new Fault.Reply(200, JSON, body));
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_034_API_ANSWER_UNREADABLE);
  }

  @Test
  void deepJsonIsRefused() {
    github.attempts = 1;
    api.next(1, reply(200, JSON, "[".repeat(101) + "]".repeat(101)));
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_034_API_ANSWER_UNREADABLE);
  }

  @Test
  void answerAboveTheSizeLimitStopsTheSource() {
    github.maxBodyBytes = 5000;
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_035_API_ANSWER_TOO_LARGE);
  }

  @Test
  void answerAboveTheSizeLimitOnceUnpackedStopsTheSource() {
    github.maxBodyBytes = 1_000_000;
    byte[] bomb = gzip("[" + " ".repeat(50_000_000) + "]");
    assertThat(bomb).hasSizeLessThan(100_000);
    api.next(1, new Fault.Reply(200, packed(), bomb));
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_035_API_ANSWER_TOO_LARGE);
  }

  @Test
  void packedAnswerIsRead() throws InterruptedException {
    api.next(1, new Fault.Reply(200, packed(), gzip("[]")));
    try (ReaderDriver driver = open()) {
      assertThat(changes(driver.run(), "repos")).isEmpty();
    }
  }

  @Test
  void brokenPackingIsRefused() {
    github.attempts = 1;
    api.next(1, new Fault.Reply(200, packed(), new byte[] {1, 2, 3}));
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_034_API_ANSWER_UNREADABLE);
  }

  @Test
  void nextLinkToAPageThatWasReadStopsTheSource() {
    api.next(1, new Fault.NextLinkToItself());
    MillraceException failure = failure();
    assertThat(failure.errorCode()).isEqualTo(IngestError.ING_036_API_PAGES_ENDLESS);
    assertThat(failure.errorCode().response()).isEqualTo(ErrorCode.Response.STOP);
  }

  @Test
  void nextLinkMayBeRelative() throws InterruptedException {
    github.perPage = 100;
    for (String link : List.of("?page=2&per_page=24", "/orgs/millrace/repos?page=2&per_page=24")) {
      api.next(1, new Fault.NextLinkTo(URI.create(link)));
      try (ReaderDriver driver = open()) {
        driver.run();
      }
      assertThat(api.served().getLast().address())
          .isEqualTo(URI.create("/orgs/millrace/repos?page=2&per_page=24"));
      assertThat(api.served().getLast().status()).isEqualTo(200);
    }
  }

  @Test
  void redirectsThatNeverEndStopTheSource() {
    api.next(10, new Fault.RedirectTo(URI.create("/orgs/millrace/repos")));
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_036_API_PAGES_ENDLESS);
  }

  private static Map<String, String> packed() {
    return Map.of("Content-Type", "application/json", "Content-Encoding", "gzip");
  }

  private static byte[] gzip(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
