package io.millrace.ingest.api;

import static io.millrace.ingest.api.ReaderDriver.changes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.demo.github.Fault;
import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.GithubApi.Served;
import io.millrace.demo.github.Organization;
import io.millrace.ingest.SourceEvent;
import io.millrace.warehouse.source.ApiSource.Auth;
import io.millrace.warehouse.source.Secret;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a reader asks, who it says it is, and what it does when it is refused. */
class ApiAccessTest {

  private static final int REPOS = 25;

  private final ManualClock clock = new ManualClock();
  private final Organization organization = new Organization("millrace", REPOS, 100, 1, clock);
  private final GithubApi api =
      new GithubApi(organization, new GithubApi.Options(0, ReaderDriver.TOKEN, 0, 5000), clock);
  private final GithubApi other = new GithubApi(organization, GithubApi.Options.DEFAULTS, clock);
  private final Github github = new Github(api.baseUrl());

  ApiAccessTest() {
    github.issues = false;
    github.perPage = 10;
    github.auth = new Auth.Bearer(new Secret("${env:GITHUB_TOKEN}"));
  }

  @AfterEach
  void closeApis() {
    api.close();
    other.close();
  }

  private ReaderDriver open() {
    return new ReaderDriver(github.source(), null, clock);
  }

  private MillraceException failure() {
    try (ReaderDriver driver = open()) {
      MillraceException failure = catchThrowableOfType(MillraceException.class, driver::run);
      assertThat(failure).as("the run fails").isNotNull();
      assertThat(failure.errorCode().response()).isEqualTo(ErrorCode.Response.STOP);
      assertThat(failure).hasMessageNotContaining(ReaderDriver.TOKEN);
      return failure;
    }
  }

  @Test
  void tokenIsSentWithEveryRequest() throws InterruptedException {
    try (ReaderDriver driver = open()) {
      assertThat(changes(driver.run(), "repos")).hasSize(REPOS);
    }
    assertThat(api.served())
        .hasSize(3)
        .allMatch(served -> ("Bearer " + ReaderDriver.TOKEN).equals(served.authorization()));
  }

  @Test
  void unsetTokenSendsNoHeaderAndTheRefusalNamesTheReference() {
    github.auth = new Auth.Bearer(new Secret("${env:UNSET}"));
    assertThat(failure())
        .hasMessageContaining("ING-032")
        .hasMessageContaining("401")
        .hasMessageContaining("${env:UNSET} is unset");
    assertThat(api.served()).extracting(Served::authorization).containsOnlyNulls();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uFEFF" + ReaderDriver.TOKEN, ReaderDriver.TOKEN + "\nsecond line"})
  void tokenThatNoHeaderHoldsIsNamedByItsReference(String token) {
    try (ApiReader reader =
        new ApiReader(
            github.source(), null, _ -> Optional.of(token), clock, RandomGenerator.getDefault())) {
      Throwable failure =
          catchThrowable(() -> {
            while (!(reader.poll(Duration.ofMillis(100)) instanceof SourceEvent.End)) {
              // Nothing of it is looked at.
            }
          });
      assertThat(failure)
          .hasMessageStartingWith("ING-032")
          .hasMessageContaining("${env:GITHUB_TOKEN}");
      StringWriter text = new StringWriter();
      failure.printStackTrace(new PrintWriter(text));
      assertThat(text.toString()).doesNotContain(ReaderDriver.TOKEN);
    }
  }

  @Test
  void headerThatNoRequestHoldsIsNamedWithoutItsValue() {
    github.headers = Map.of("X-Api-Key", "also \u0007 secret");
    assertThat(failure())
        .hasMessageContaining("ING-040")
        .hasMessageContaining("X-Api-Key")
        .hasMessageNotContaining("also")
        .hasNoCause();
  }

  @Test
  void refusedTokenIsNamedByItsReference() {
    api.next(1, new Fault.Reply(403, Map.of(), new byte[0]));
    assertThat(failure())
        .hasMessageContaining("ING-032")
        .hasMessageContaining("403")
        .hasMessageContaining("${env:GITHUB_TOKEN}");
  }

  @Test
  void refusedRequestIsNamedByPathAndStatusWithoutItsQuery() {
    api.next(1, new Fault.Reply(422, Map.of(), new byte[0]));
    assertThat(failure())
        .hasMessageContaining("ING-031")
        .hasMessageContaining("422")
        .hasMessageContaining("/orgs/millrace/repos")
        .hasMessageNotContaining("per_page");
  }

  @Test
  void missingCollectionStopsTheSource() {
    github.repoPath = "/organisations/{org}/repos";
    assertThat(failure()).hasMessageContaining("ING-031").hasMessageContaining("404");
  }

  @Test
  void parentWithoutTheCollectionIsPassedOver() throws InterruptedException {
    github.issues = true;
    github.perPage = 100;
    try (ReaderDriver driver = open()) {
      int all = changes(driver.run(), "issues").size();
      assertThat(all).isEqualTo(100);
    }
    try (ReaderDriver driver = open()) {
      while (!(driver.next() instanceof SourceEvent.Change)) {
        // The repositories have come with their first row; what is asked next is issues.
      }
      api.next(1, new Fault.Reply(410, Map.of(), new byte[0]));
      List<?> issues = changes(driver.run(), "issues");
      assertThat(issues.size()).isBetween(50, 99);
    }
  }

  @Test
  void collectionThatGoesAwayAmidItsPagesFailsTheRunForALaterOne() throws InterruptedException {
    github.issues = true;
    github.perPage = 1;
    try (ReaderDriver driver = open()) {
      while (!(driver.next() instanceof SourceEvent.Change change)
          || !change.resource().equals("issues")) {
        // The first page of the first repository's issues has come with their first row.
      }
      api.next(1, new Fault.Reply(404, Map.of(), new byte[0]));
      MillraceException failure = catchThrowableOfType(MillraceException.class, driver::run);
      assertThat(failure).as("the run fails").isNotNull();
      assertThat(failure.errorCode()).isEqualTo(IngestError.ING_034_API_ANSWER_UNREADABLE);
      assertThat(failure).hasMessageContaining("404").hasMessageContaining("page 2");
    }
  }

  @Test
  void collectionThatNoParentHasStopsTheSource() {
    github.issues = true;
    github.issuePath = "/repos/{org}/{repo}/isues";
    assertThat(failure()).hasMessageContaining("ING-031").hasMessageContaining("every parent");
  }

  @Test
  void redirectWithinTheHostIsFollowed() throws InterruptedException {
    api.next(1, new Fault.RedirectTo(URI.create("/orgs/millrace/repos?per_page=100")));
    try (ReaderDriver driver = open()) {
      assertThat(changes(driver.run(), "repos")).hasSize(REPOS);
    }
  }

  @Test
  void redirectToAnotherHostIsRefusedBeforeItIsAsked() {
    api.next(1, new Fault.RedirectTo(other.baseUrl().resolve("/orgs/millrace/repos")));
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_033_API_HOST_NOT_ALLOWED);
    assertThat(other.served()).isEmpty();
  }

  @Test
  void nextLinkToAnotherHostIsRefusedBeforeItIsAsked() {
    api.next(1, new Fault.NextLinkTo(other.baseUrl().resolve("/orgs/millrace/repos")));
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_033_API_HOST_NOT_ALLOWED);
    assertThat(other.served()).isEmpty();
  }

  @Test
  void allowedHostIsAskedWithoutTheToken() throws InterruptedException {
    github.allowHosts = List.of("127.0.0.1:" + other.baseUrl().getPort());
    github.headers = Map.of("X-Api-Key", "also secret");
    api.next(1, new Fault.RedirectTo(other.baseUrl().resolve("/orgs/millrace/repos")));
    try (ReaderDriver driver = open()) {
      assertThat(changes(driver.run(), "repos")).hasSize(REPOS);
    }
    assertThat(other.served()).isNotEmpty().extracting(Served::authorization).containsOnlyNulls();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:%d/x",
        "http://2130706433:%d/x",
        "http://0x7f.1:%d/x",
        "http://[::1]:%d/x",
        "http://[::ffff:127.0.0.1]:%d/x",
        "http://127.0.0.1:1/x",
        "http://127.0.0.1/x",
        "https://127.0.0.1:%d/x",
        "http://127.0.0.1:%d@evil.example/x",
        "http://user:password@127.0.0.1:%d/x",
        "http://127.0.0.1.evil.example:%d/x",
        "http://0.0.0.0:%d/x",
        "//evil.example/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1:%d/x",
        "gopher://127.0.0.1:%d/x",
        "jar:http://127.0.0.1:%d/x!/",
        "http:///x",
        "mailto:root@localhost"
      })
  void redirectElsewhereInAnyDisguiseIsRefused(String address) {
    URI target = URI.create(address.replace("%d", String.valueOf(api.baseUrl().getPort())));
    api.next(1, new Fault.RedirectTo(target));
    assertThat(failure().errorCode()).isEqualTo(IngestError.ING_033_API_HOST_NOT_ALLOWED);
    assertThat(api.served()).hasSize(1);
  }
}
