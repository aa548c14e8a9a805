package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.demo.github.Fault;
import io.millrace.demo.github.GithubApi;
import io.millrace.demo.github.Organization;
import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceEvent.Change;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.ApiSource.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * The API changes between any two pages, fails now and then, and the reader is closed and opened
 * again: in the end nothing is missing and nothing is stale.
 */
class ApiDriftTest {

  private static final int RUNS = 6;

  @RepeatedTest(8)
  void upsertingAllRowsGivesTheStateOfTheApi(RepetitionInfo info) throws InterruptedException {
    long seed = info.getCurrentRepetition() * 7919L;
    Random random = new Random(seed);
    ManualClock clock = new ManualClock();
    Organization organization = new Organization("millrace", 12, 150, seed, clock);
    GithubApi.Options options =
        new GithubApi.Options(0, "", 1 + random.nextInt(3), Integer.MAX_VALUE);
    try (GithubApi api = new GithubApi(organization, options, clock)) {
      Github github = new Github(api.baseUrl());
      github.perPage = 1 + random.nextInt(8);
      github.repoWrite = random.nextInt(4) == 0 ? Write.REPLACE : Write.MERGE;
      Image image = new Image();
      @Nullable String position = null;
      for (int run = 0; run < RUNS; run++) {
        if (random.nextInt(3) == 0) {
          api.next(1 + random.nextInt(5), new Fault.Reply(500, Map.of(), new byte[0]));
        }
        position = runs(github.source(), position, clock, random, image);
      }
      // While nothing asks, nothing changes: one more run over a quiet API.
      try (GithubApi quiet = new GithubApi(organization, GithubApi.Options.DEFAULTS, clock)) {
        Github still = new Github(quiet.baseUrl());
        still.repoWrite = github.repoWrite;
        runs(still.source(), position, clock, random, image);
      }
      assertThat(image.of("repos"))
          .as("repositories, seed %d", seed)
          .isEqualTo(rows(organization.repos(), Github.REPO_FIELDS));
      List<ObjectNode> issues = new ArrayList<>();
      for (ObjectNode repo : organization.repos()) {
        issues.addAll(organization.issues(repo.get("name").asText()).orElseThrow());
      }
      assertThat(image.of("issues"))
          .as("issues, seed %d", seed)
          .isEqualTo(rows(issues, Github.ISSUE_FIELDS));
    }
  }

  /** One or two runs of a new reader; returns the last position reached. */
  private static @Nullable String runs(
      ApiSource source, @Nullable String position, ManualClock clock, Random random, Image image)
      throws InterruptedException {
    @Nullable String reached = position;
    try (ReaderDriver driver = new ReaderDriver(source, position, clock)) {
      driver.onPoll = () -> clock.advance(Duration.ofMillis(random.nextInt(900)));
      for (int i = 0; i <= random.nextInt(2); i++) {
        List<SourceEvent> events = driver.run();
        image.take(events);
        reached = ReaderDriver.end(events).position();
      }
    } catch (MillraceException e) {
      assertThat(e.errorCode().response()).isEqualTo(ErrorCode.Response.RETRY);
    }
    return reached;
  }

  private static Map<Object, List<@Nullable Object>> rows(
      List<ObjectNode> records, List<ApiSource.Field> fields) {
    ArrayNode page = JsonNodeFactory.instance.arrayNode().addAll(records);
    Map<Object, List<@Nullable Object>> rows = new HashMap<>();
    for (Row row : new RowReader(Github.resourceOf(fields)).rows(page, "expected")) {
      put(rows, row.key(), row.values());
    }
    return rows;
  }

  private static void put(
      Map<Object, List<@Nullable Object>> rows, @Nullable Object[] key, @Nullable Object[] values) {
    rows.put(Arrays.asList(key), Arrays.asList(values));
  }

  /** What a follower would have: complete runs only, last row of a key wins. */
  private static final class Image {
    private final Map<String, Map<Object, List<@Nullable Object>>> tables = new HashMap<>();

    void take(List<SourceEvent> events) {
      for (SourceEvent event : events) {
        switch (event) {
          case SourceEvent.Opening(String resource, _) -> tables.remove(resource);
          case Change change ->
              put(of(change.resource()), ReaderDriver.key(change), ReaderDriver.after(change));
          case SourceEvent.Shape _, SourceEvent.End _ -> {}
        }
      }
    }

    Map<Object, List<@Nullable Object>> of(String resource) {
      return tables.computeIfAbsent(resource, _ -> new HashMap<>());
    }
  }
}
