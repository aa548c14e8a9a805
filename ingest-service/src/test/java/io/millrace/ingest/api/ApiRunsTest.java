package io.millrace.ingest.api;

import static io.millrace.ingest.api.ReaderDriver.changes;
import static io.millrace.ingest.api.ReaderDriver.end;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.MillraceException;
import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.GithubApi.Served;
import io.millrace.demo.github.Organization;
import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceEvent.Opening;
import io.millrace.warehouse.source.ApiSource.Order;
import io.millrace.warehouse.source.ApiSource.Pagination;
import io.millrace.warehouse.source.ApiSource.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a run asks for after the runs before it. */
class ApiRunsTest {

  private static final int REPOS = 25;
  private static final int ISSUES = 200;

  private final ManualClock clock = new ManualClock();
  private final Organization organization = new Organization("millrace", REPOS, ISSUES, 1, clock);
  private final GithubApi api = new GithubApi(organization, GithubApi.Options.DEFAULTS, clock);
  private final Github github = new Github(api.baseUrl());

  @AfterEach
  void closeApi() {
    api.close();
  }

  private ReaderDriver open() {
    return open(null);
  }

  private ReaderDriver open(@Nullable String position) {
    return new ReaderDriver(github.source(), position, clock);
  }

  /** The requests of one run. */
  private List<Served> requestsOf(ReaderDriver driver) throws InterruptedException {
    int before = api.served().size();
    driver.run();
    List<Served> all = api.served();
    return all.subList(before, all.size());
  }

  private void tickAfter(Duration time) {
    clock.advance(time);
    organization.tick();
  }

  @Test
  void descendingOrderStopsAtTheFirstPageBelowTheBound() throws InterruptedException {
    github.withoutIssues(5);
    try (ReaderDriver driver = open()) {
      assertThat(requestsOf(driver)).hasSize(5);
      tickAfter(Duration.ofMinutes(1));
      assertThat(requestsOf(driver)).hasSizeBetween(1, 2);
    }
  }

  @Test
  void undeclaredOrderIsPagedToTheEnd() throws InterruptedException {
    github.withoutIssues(5);
    github.order = Optional.empty();
    try (ReaderDriver driver = open()) {
      driver.run();
      tickAfter(Duration.ofMinutes(1));
      assertThat(requestsOf(driver)).hasSizeBetween(5, 6);
    }
  }

  @Test
  void ascendingOrderIsPagedToTheEnd() throws InterruptedException {
    github.withoutIssues(5);
    github.order = Optional.of(Order.ASC);
    try (ReaderDriver driver = open()) {
      assertThat(changes(driver.run(), "repos")).hasSize(REPOS);
      for (int i = 0; i < 5; i++) {
        tickAfter(Duration.ofMinutes(1));
      }
      assertThat(changes(driver.run(), "repos")).isNotEmpty();
    }
  }

  @Test
  void childIsAskedOncePerParentFromItsOwnCursorMinusTheOverlap() throws InterruptedException {
    github.lag = Duration.ofHours(2);
    try (ReaderDriver driver = open()) {
      assertThat(requestsOf(driver).stream().filter(s -> s.address().getPath().contains("issues")))
          .hasSizeGreaterThanOrEqualTo(REPOS)
          .allMatch(s -> s.address().getQuery().contains("since=2000-01-01T00:00:00Z"));
      List<Served> later =
          requestsOf(driver).stream()
              .filter(s -> s.address().getPath().contains("/issues"))
              .toList();
      assertThat(later).hasSize(REPOS);
      for (Served served : later) {
        String repo = served.address().getPath().split("/", -1)[3];
        Instant newest =
            organization.issues(repo).orElseThrow().stream()
                .map(issue -> Instant.parse(issue.get("updated_at").asText()))
                .max(Instant::compareTo)
                .orElse(Instant.parse("2000-01-01T02:00:00Z"));
        assertThat(served.address().getQuery()).contains("since=" + newest.minus(github.lag));
      }
    }
  }

  @Test
  void unchangedRowsOfTheOverlapAreNotEmittedAgain() throws InterruptedException {
    github.lag = Duration.ofDays(3650);
    try (ReaderDriver driver = open()) {
      driver.run();
      assertThat(driver.run()).hasSize(1);
      tickAfter(Duration.ofMinutes(1));
      assertThat(driver.run()).hasSizeBetween(2, 6);
    }
  }

  @Test
  void changeWithinTheSameSecondIsEmitted() throws InterruptedException {
    github.withoutIssues(100);
    tickAfter(Duration.ofMinutes(1));
    try (ReaderDriver driver = open()) {
      driver.run();
      // The clock stands still: what changes now has the timestamp of what was read.
      for (int i = 0; i < 20; i++) {
        organization.tick();
      }
      assertThat(changes(driver.run(), "repos")).hasSizeGreaterThan(5);
    }
  }

  @Test
  void unchangedFirstPageIsAnsweredWith304() throws InterruptedException {
    try (ReaderDriver driver = open()) {
      driver.run();
      // Only now are the cursors in the addresses, and the pages those of the bound.
      driver.run();
      assertThat(requestsOf(driver)).extracting(Served::status).containsOnly(304);
      tickAfter(Duration.ofMinutes(1));
      assertThat(requestsOf(driver)).extracting(Served::status).contains(200);
    }
  }

  @Test
  void replacedResourceIsNeverAskedConditionally() throws InterruptedException {
    github.withoutIssues(100);
    github.repoWrite = Write.REPLACE;
    try (ReaderDriver driver = open()) {
      driver.run();
      driver.run();
      assertThat(api.served()).extracting(Served::status).containsOnly(200);
    }
  }

  @Test
  void unorderedResourceOfSeveralPagesIsNeverAskedConditionally() throws InterruptedException {
    github.withoutIssues(10);
    github.order = Optional.empty();
    try (ReaderDriver driver = open()) {
      driver.run();
      driver.run();
      assertThat(api.served()).extracting(Served::status).containsOnly(200);
    }
  }

  @Test
  void resourceWithoutACursorIsReadWholeAndYieldsWhatChanged() throws InterruptedException {
    github.withoutIssues(10);
    github.incremental = false;
    try (ReaderDriver driver = open()) {
      driver.run();
      tickAfter(Duration.ofMinutes(1));
      assertThat(changes(driver.run(), "repos")).hasSizeLessThan(6);
    }
  }

  @Test
  void paginationNoneReadsOnePage() throws InterruptedException {
    github.withoutIssues(10);
    github.pagination = Pagination.NONE;
    try (ReaderDriver driver = open()) {
      assertThat(changes(driver.run(), "repos")).hasSize(10);
    }
  }

  @Test
  void rowsBelowTheInitialValueAreNoPartOfTheSource() throws InterruptedException {
    github.withoutIssues(5);
    github.initial = clock.instant().minus(Duration.ofDays(100)).toString();
    long expected =
        organization.repos().stream()
            .filter(repo -> repo.get("updated_at").asText().compareTo(github.initial) >= 0)
            .count();
    try (ReaderDriver driver = open()) {
      assertThat(changes(driver.run(), "repos")).hasSize((int) expected);
      assertThat(expected).isBetween(1L, REPOS - 5L);
    }
  }

  @Test
  void sourceWithANewResourceIsReadWholeAgain() throws InterruptedException {
    github.issues = false;
    String position;
    try (ReaderDriver driver = open()) {
      position = end(driver.run()).position();
    }
    github.issues = true;
    try (ReaderDriver driver = open(position)) {
      List<SourceEvent> events = driver.run();
      Instant start = end(events).committedAt();
      assertThat(events).contains(new Opening("repos", start), new Opening("issues", start));
      assertThat(changes(events, "repos")).hasSize(REPOS);
    }
  }

  private static Stream<Consumer<Github>> edits() {
    return Stream.of(
        g -> g.repoFields = Github.REPO_FIELDS.subList(0, 9).reversed(),
        g -> g.headers = Map.of("Accept", "application/json"),
        g -> g.initial = "1999-01-01T00:00:00Z",
        g -> g.pagination = Pagination.LINK_HEADER,
        g -> g.perPage = 50);
  }

  @ParameterizedTest
  @MethodSource("edits")
  void sourceThatIsDeclaredOtherwiseIsReadWholeAgain(Consumer<Github> edit)
      throws InterruptedException {
    github.pagination = Pagination.NONE;
    String position;
    try (ReaderDriver driver = open()) {
      position = end(driver.run()).position();
    }
    edit.accept(github);
    try (ReaderDriver driver = open(position)) {
      List<SourceEvent> events = driver.run();
      assertThat(events).contains(new Opening("repos", end(events).committedAt()));
    }
  }

  @Test
  void sourceThatIsOnlyAskedOtherwiseGoesOn() throws InterruptedException {
    String position;
    try (ReaderDriver driver = open()) {
      position = end(driver.run()).position();
    }
    github.timeout = Duration.ofSeconds(11);
    github.attempts = 7;
    try (ReaderDriver driver = open(position)) {
      assertThat(driver.run()).noneMatch(Opening.class::isInstance);
    }
    String older = position.substring(0, position.indexOf(",\"declared\"")) + "}";
    github.perPage = 50;
    try (ReaderDriver driver = open(older)) {
      assertThat(driver.run()).noneMatch(Opening.class::isInstance);
    }
  }

  @Test
  void readerOpenedAtAPositionWaitsForTheRestOfTheInterval() throws InterruptedException {
    SourceEvent.End end;
    try (ReaderDriver driver = open()) {
      end = end(driver.run());
    }
    clock.advance(Duration.ofMinutes(4));
    try (ReaderDriver driver = open(end.position())) {
      assertThat(driver.reader.poll(Duration.ofMillis(50))).isNull();
      assertThat(end(driver.run()).committedAt())
          .isEqualTo(end.committedAt().plus(Github.INTERVAL));
    }
  }

  @Test
  void positionOfAnotherKindOfSourceIsRefused() {
    for (String position : List.of("{\"lsn\":1}", "0/16B3748", "")) {
      assertThatThrownBy(() -> open(position))
          .isInstanceOf(MillraceException.class)
          .hasMessageContaining("ING-039");
    }
  }

  @Test
  void parentsOfAReplacedResourceThatAreGoneAreNotAskedAgain() throws InterruptedException {
    github.repoWrite = Write.REPLACE;
    String position;
    try (ReaderDriver driver = open()) {
      position = end(driver.run()).position();
    }
    String gone = position.replaceFirst("\"repo\":\"[^\"]*\"", "\"repo\":\"gone\"");
    assertThat(gone).isNotEqualTo(position);
    try (ReaderDriver driver = open(gone)) {
      assertThat(requestsOf(driver)).noneMatch(s -> s.address().getPath().contains("gone"));
    }
  }
}
