package io.millrace.demo.github;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GithubApiTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T00:00:00Z"), ZoneOffset.UTC);

  private final Organization organization = new Organization("millrace", 25, 200, 1, CLOCK);
  private final HttpClient http = HttpClient.newHttpClient();
  private GithubApi api = new GithubApi(organization, GithubApi.Options.DEFAULTS, CLOCK);

  @AfterEach
  void close() {
    api.close();
    http.close();
  }

  private void serve(GithubApi.Options options) {
    api.close();
    api = new GithubApi(organization, options, CLOCK);
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(api.baseUrl().resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static List<String> values(HttpResponse<String> response, String field)
      throws IOException {
    List<String> values = new ArrayList<>();
    for (JsonNode node : new JsonMapper().readTree(response.body())) {
      values.add(node.path(field).asText());
    }
    return values;
  }

  @Test
  void sameSeedAndClockGiveTheSameHistory() {
    Organization again = new Organization("millrace", 25, 200, 1, CLOCK);
    organization.tick();
    again.tick();
    assertThat(again.repos()).isEqualTo(organization.repos());
    String repo = again.repos().getFirst().get("name").asText();
    assertThat(again.issues(repo)).isEqualTo(organization.issues(repo));
    assertThat(new Organization("millrace", 25, 200, 2, CLOCK).repos())
        .isNotEqualTo(organization.repos());
  }

  @Test
  void anIssueNamesItsRepository() {
    String repo = organization.repos().getFirst().get("name").asText();
    assertThat(organization.issues(repo).orElseThrow())
        .isNotEmpty()
        .allMatch(issue ->
            issue
                .path("repository_url")
                .asText()
                .equals("https://api.github.com/repos/millrace/" + repo));
  }

  @Test
  void reposAreSortedAndCutIntoPagesThatLinkToOneAnother() throws Exception {
    String query = "/orgs/millrace/repos?per_page=10&sort=updated&direction=desc&page=2";
    HttpResponse<String> page = get(query);
    assertThat(page.statusCode()).isEqualTo(200);
    List<String> times = values(page, "updated_at");
    assertThat(times).hasSize(10).isSortedAccordingTo((a, b) -> b.compareTo(a));
    String base = api.baseUrl() + query.substring(0, query.length() - 1);
    assertThat(page.headers().firstValue("link"))
        .contains(
            "<"
                + base
                + "1>; rel=\"prev\", <"
                + base
                + "3>; rel=\"next\", "
                + ("<" + base + "3>; rel=\"last\", <" + base + "1>; rel=\"first\""));
  }

  @Test
  void issuesHoldPullRequestsAndAreFilteredByTimeAndState() throws Exception {
    String repo = organization.repos().getFirst().get("name").asText();
    String path = "/repos/millrace/" + repo + "/issues?per_page=100";
    List<String> all = values(get(path + "&state=all"), "updated_at");
    assertThat(all).hasSize(organization.issues(repo).orElseThrow().size());
    String since = all.stream().sorted().toList().get(all.size() / 2);
    assertThat(values(get(path + "&state=all&since=" + since), "updated_at"))
        .isNotEmpty()
        .allMatch(time -> time.compareTo(since) >= 0)
        .hasSizeLessThan(all.size());
    assertThat(values(get(path), "state")).containsOnly("open");
    assertThat(organization.issues(repo).orElseThrow())
        .anyMatch(issue -> issue.has("pull_request"))
        .anyMatch(issue -> !issue.has("pull_request"));
    assertThat(get(path + "&since=yesterday").statusCode()).isEqualTo(422);
  }

  @Test
  void unknownPathsAreNotFound() throws Exception {
    for (String path : List.of("/", "/orgs/other/repos", "/repos/millrace/none/issues", "/user")) {
      assertThat(get(path).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void unchangedPageIs304UntilSomethingChanges() throws Exception {
    String path = "/orgs/millrace/repos?per_page=100";
    String etag = get(path).headers().firstValue("etag").orElseThrow();
    HttpResponse<String> same = get(path, "If-None-Match", etag);
    assertThat(same.statusCode()).isEqualTo(304);
    assertThat(same.body()).isEmpty();
    for (int i = 0; i < 5; i++) {
      organization.tick();
    }
    assertThat(get(path, "If-None-Match", etag).statusCode()).isEqualTo(200);
  }

  @Test
  void tokenIsRequiredWhereThereIsOne() throws Exception {
    serve(new GithubApi.Options(0, "t0ken", 0, 5000));
    String path = "/orgs/millrace/repos";
    assertThat(get(path).statusCode()).isEqualTo(401);
    assertThat(get(path, "Authorization", "Bearer other").statusCode()).isEqualTo(401);
    assertThat(get(path, "Authorization", "Bearer t0ken").statusCode()).isEqualTo(200);
    assertThat(get(path, "Authorization", "token t0ken").statusCode()).isEqualTo(200);
  }

  @Test
  void spentLimitIsRefusedWithItsReset() throws Exception {
    serve(new GithubApi.Options(0, "", 0, 2));
    String path = "/orgs/millrace/repos";
    assertThat(get(path).headers().firstValue("x-ratelimit-remaining")).contains("1");
    assertThat(get(path).headers().firstValue("x-ratelimit-remaining")).contains("0");
    HttpResponse<String> refused = get(path);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.headers().firstValue("x-ratelimit-reset"))
        .contains(String.valueOf(CLOCK.instant().getEpochSecond() + 3600));
  }

  @Test
  void changesAfterEachSoManyRequests() throws Exception {
    serve(new GithubApi.Options(0, "", 2, 5000));
    var before = organization.repos();
    assertThat(get("/orgs/millrace/repos").statusCode()).isEqualTo(200);
    assertThat(organization.repos()).isEqualTo(before);
    for (int i = 0; i < 9; i++) {
      assertThat(get("/orgs/millrace/repos").statusCode()).isEqualTo(200);
    }
    assertThat(organization.repos()).isNotEqualTo(before);
  }

  @Test
  void faultsMeetTheNextRequestsInOrder() throws Exception {
    api.next(1, new Fault.Reply(500, Map.of(), new byte[0]));
    api.next(1, new Fault.RedirectTo(URI.create("http://other.example/")));
    api.next(1, new Fault.Truncated());
    String path = "/orgs/millrace/repos";
    assertThat(get(path).statusCode()).isEqualTo(500);
    assertThat(get(path).statusCode()).isEqualTo(302);
    assertThat(get(path).body()).startsWith("[").doesNotEndWith("]");
    assertThat(get(path).body()).startsWith("[").endsWith("]");
    assertThat(api.served())
        .extracting(GithubApi.Served::status)
        .containsExactly(500, 302, 200, 200);
  }
}
