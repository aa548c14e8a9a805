package io.millrace.ingest.api;

import static io.millrace.ingest.api.ReaderDriver.changes;
import static io.millrace.ingest.api.ReaderDriver.end;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.Organization;
import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceEvent.Change;
import io.millrace.ingest.SourceEvent.Opening;
import io.millrace.ingest.SourceEvent.Shape;
import io.millrace.ingest.SourceProgress.Phase;
import io.millrace.warehouse.source.ApiSource.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a reader yields while the API behaves. */
class ApiReaderTest {

  private static final int REPOS = 25;
  private static final int ISSUES = 300;

  private final ManualClock clock = new ManualClock();
  private final GithubApi api =
      new GithubApi(
          new Organization("millrace", REPOS, ISSUES, 1, clock), GithubApi.Options.DEFAULTS, clock);
  private final Github github = new Github(api.baseUrl());

  @AfterEach
  void closeApi() {
    api.close();
  }

  private ReaderDriver open() {
    return new ReaderDriver(github.source(), null, clock);
  }

  @Test
  void firstRunOpensEveryResourceAndYieldsAllOfItParentsFirst() throws InterruptedException {
    github.perPage = 10;
    Instant start = clock.instant();
    try (ReaderDriver driver = open()) {
      List<SourceEvent> events = driver.run();

      assertThat(events.get(0)).isInstanceOf(Shape.class);
      assertThat(events.get(1)).isEqualTo(new Opening("repos", start));
      assertThat(changes(events, "repos")).hasSize(REPOS);
      assertThat(changes(events, "issues")).hasSize(ISSUES);
      assertThat(events.get(REPOS + 2)).isInstanceOf(Shape.class);
      assertThat(events.get(REPOS + 3)).isEqualTo(new Opening("issues", start));
      assertThat(end(events).committedAt()).isEqualTo(start);
      assertThat(driver.reader.progress().phase()).isEqualTo(Phase.IDLE);
    }
  }

  @Test
  void rowsAreReadsWithTypedValuesAndTheRunsStart() throws InterruptedException {
    try (ReaderDriver driver = open()) {
      Change repo = changes(driver.run(), "repos").getFirst();

      assertThat(repo.op()).isEqualTo(SourceEvent.Op.READ);
      assertThat(repo.before()).isNull();
      @Nullable Object[] after = ReaderDriver.after(repo);
      assertThat(repo.key()).containsExactly(after[0]);
      assertThat(after).hasSize(Github.REPO_FIELDS.size());
      assertThat(after[0]).isInstanceOf(Long.class);
      assertThat(after[2]).isEqualTo("millrace");
      assertThat(after[5]).asString().startsWith("[").endsWith("]");
      assertThat(after[8]).isInstanceOf(Long.class);
      assertThat(repo.committedAt()).isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
      assertThat(repo.position()).isEqualTo("repos page 1");
    }
  }

  @Test
  void nextRunComesAfterTheIntervalAndYieldsOnlyWhatChanged() throws InterruptedException {
    try (ReaderDriver driver = open()) {
      Instant first = end(driver.run()).committedAt();
      clock.advance(Duration.ofMinutes(3));
      api.organization().tick();
      List<SourceEvent> events = driver.run();

      assertThat(end(events).committedAt()).isEqualTo(first.plus(Github.INTERVAL));
      assertThat(events).hasSizeBetween(2, 5);
      assertThat(events).noneMatch(Opening.class::isInstance).noneMatch(Shape.class::isInstance);
    }
  }

  @Test
  void quietRunYieldsNothingButItsEnd() throws InterruptedException {
    try (ReaderDriver driver = open()) {
      driver.run();
      assertThat(driver.run()).hasSize(1);
    }
  }

  @Test
  void readerOpenedAtAPositionGoesOnFromThere() throws InterruptedException {
    String position;
    try (ReaderDriver driver = open()) {
      position = end(driver.run()).position();
    }
    clock.advance(Duration.ofMinutes(20));
    api.organization().tick();
    try (ReaderDriver driver = new ReaderDriver(github.source(), position, clock)) {
      List<SourceEvent> events = driver.run();

      assertThat(events.stream().filter(Shape.class::isInstance)).hasSize(2);
      assertThat(events).noneMatch(Opening.class::isInstance);
      // The boundary itself comes once more: the newest repository and issue of each repository.
      assertThat(changes(events, "repos").size()).isBetween(1, 5);
      assertThat(changes(events, "issues").size()).isBetween(REPOS - 5, REPOS + 10);
    }
  }

  @Test
  void replacedResourceOpensInEachRunWithAllItsRows() throws InterruptedException {
    github.repoWrite = Write.REPLACE;
    github.issues = false;
    try (ReaderDriver driver = open()) {
      driver.run();
      List<SourceEvent> events = driver.run();
      assertThat(events.getFirst()).isEqualTo(new Opening("repos", end(events).committedAt()));
      assertThat(changes(events, "repos")).hasSize(REPOS);
    }
  }
}
