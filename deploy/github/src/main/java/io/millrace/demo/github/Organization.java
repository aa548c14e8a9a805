package io.millrace.demo.github;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * An invented organization with repositories and issues. The same seed and clock give the same
 * history. Safe from any thread; what it hands out are copies.
 *
 * <p>As at GitHub, times are whole seconds, the numbers of issues and pull requests of a repository
 * are one sequence, and a repository's {@code updated_at} does not move with its issues.
 */
public final class Organization {

  /** How far back the invented history goes. */
  private static final Duration HISTORY = Duration.ofDays(730);

  private final String name;
  private final Clock clock;
  private final RandomGenerator random;
  private final Records records;
  private final Map<String, ObjectNode> repos = new LinkedHashMap<>();
  private final Map<String, List<ObjectNode>> issues = new LinkedHashMap<>();

  /**
   * Invents an organization.
   *
   * @param name its login
   * @param repoCount repositories at first
   * @param issueCount issues and pull requests at first, over all repositories
   * @param seed of everything invented
   * @param clock time of every later change
   */
  public Organization(String name, int repoCount, int issueCount, long seed, Clock clock) {
    this.name = name;
    this.clock = clock;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.records = new Records(name, random);
    Instant now = now();
    for (int i = 0; i < repoCount; i++) {
      addRepo(past(now));
    }
    for (int i = 0; i < issueCount && repoCount > 0; i++) {
      ObjectNode repo = anyRepo();
      Instant created = past(now);
      ObjectNode issue = openIssue(repo, created);
      Instant later = created.plusSeconds(random.nextLong(HISTORY.toSeconds()));
      if (later.isBefore(now)) {
        change(repo, issue, later);
      }
    }
  }

  /** Its login. */
  public String name() {
    return name;
  }

  /** All repositories, oldest first. */
  public synchronized List<ObjectNode> repos() {
    return repos.values().stream().map(ObjectNode::deepCopy).toList();
  }

  /**
   * All issues and pull requests of a repository by number; empty if there is none of that name.
   */
  public synchronized Optional<List<ObjectNode>> issues(String repo) {
    return Optional.ofNullable(issues.get(repo))
        .map(list -> list.stream().map(ObjectNode::deepCopy).toList());
  }

  /** Changes one to four things now: stars, pushes, languages, issues; rarely a new repository. */
  public synchronized void tick() {
    Instant now = now();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      if (repos.isEmpty() || random.nextInt(50) == 0) {
        addRepo(now);
      }
      ObjectNode repo = anyRepo();
      switch (random.nextInt(5)) {
        case 0 -> records.star(repo, now);
        case 1 -> records.push(repo, now);
        case 2 -> openIssue(repo, now);
        default -> {
          List<ObjectNode> list = issuesOf(repo);
          if (!list.isEmpty()) {
            change(repo, list.get(random.nextInt(list.size())), now);
          }
        }
      }
    }
  }

  private void addRepo(Instant created) {
    ObjectNode repo = records.repo(repos.size(), created);
    repos.put(repo.get("name").asText(), repo);
    issues.put(repo.get("name").asText(), new ArrayList<>());
  }

  private ObjectNode openIssue(ObjectNode repo, Instant created) {
    List<ObjectNode> list = issuesOf(repo);
    ObjectNode issue = records.issue(repo, list.size() + 1, created);
    list.add(issue);
    repo.put("open_issues_count", repo.get("open_issues_count").asInt() + 1);
    return issue;
  }

  private void change(ObjectNode repo, ObjectNode issue, Instant at) {
    boolean wasOpen = issue.get("state").asText().equals("open");
    switch (random.nextInt(4)) {
      case 0 -> records.toggle(issue, at);
      case 1 -> records.label(issue, at);
      default -> records.comment(issue, at);
    }
    boolean isOpen = issue.get("state").asText().equals("open");
    int change = (isOpen ? 1 : 0) - (wasOpen ? 1 : 0);
    repo.put("open_issues_count", repo.get("open_issues_count").asInt() + change);
  }

  private List<ObjectNode> issuesOf(ObjectNode repo) {
    return issues.computeIfAbsent(repo.get("name").asText(), _ -> new ArrayList<>());
  }

  private ObjectNode anyRepo() {
    return List.copyOf(repos.values()).get(random.nextInt(repos.size()));
  }

  private Instant past(Instant now) {
    return now.minusSeconds(1 + random.nextLong(HISTORY.toSeconds()));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }
}
