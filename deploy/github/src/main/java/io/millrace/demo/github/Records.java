package io.millrace.demo.github;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Invents repositories and issues with GitHub's field names, and changes them. */
final class Records {

  private static final List<String> FIRST =
      List.of("mill", "race", "weir", "sluice", "wheel", "grain", "flour", "stone", "brook", "dam");
  private static final List<String> SECOND =
      List.of("core", "cli", "docs", "site", "agent", "proxy", "client", "server", "tools", "lab");
  private static final List<String> LANGUAGES =
      List.of("Java", "Go", "Rust", "Python", "TypeScript", "C", "Scala", "Shell");
  private static final List<String> TOPICS =
      List.of("kafka", "delta-lake", "streaming", "sql", "kimball", "etl");
  private static final List<String> LABELS =
      List.of("bug", "enhancement", "question", "good first issue", "wontfix");
  private static final List<String> PEOPLE =
      List.of("ada", "grace", "edsger", "barbara", "ralph", "margaret", "leslie", "jim");
  private static final List<String> VERBS = List.of("Fix", "Add", "Explain", "Speed up", "Remove");
  private static final List<String> ASSOCIATIONS =
      List.of("NONE", "CONTRIBUTOR", "MEMBER", "OWNER");
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final String org;
  private final RandomGenerator random;
  private long lastIssueId = 2_000_000_000L;

  Records(String org, RandomGenerator random) {
    this.org = org;
    this.random = random;
  }

  /** A new repository; {@code place} makes its name and id unique. */
  ObjectNode repo(int place, Instant created) {
    String name = FIRST.get(place % 10) + "-" + SECOND.get(place / 10 % 10);
    if (place >= 100) {
      name += "-" + place / 100;
    }
    long id = 500_000_000L + place * 37L;
    ObjectNode repo = JSON.objectNode();
    repo.put("id", id).put("node_id", nodeId("R", id));
    repo.put("name", name).put("full_name", org + "/" + name).put("private", false);
    repo.set("owner", user(org, 1_000_001));
    repo.put("html_url", "https://github.com/" + org + "/" + name);
    repo.put("description", random.nextInt(5) == 0 ? null : "The " + name + " of " + org);
    repo.put("fork", random.nextInt(8) == 0);
    repo.put("created_at", created.toString()).put("updated_at", created.toString());
    repo.put("pushed_at", created.toString());
    repo.put("homepage", random.nextBoolean() ? null : "https://" + name + ".example");
    repo.put("size", random.nextInt(100_000));
    int stars = random.nextInt(20_000);
    repo.put("stargazers_count", stars).put("watchers_count", stars);
    repo.put("language", random.nextInt(8) == 0 ? null : any(LANGUAGES));
    repo.put("forks_count", stars / 7).put("open_issues_count", 0);
    repo.set("license", license());
    ArrayNode topics = repo.putArray("topics");
    TOPICS.stream().filter(_ -> random.nextInt(3) == 0).forEach(topics::add);
    repo.put("visibility", "public").put("default_branch", "main");
    repo.put("archived", random.nextInt(12) == 0).put("disabled", false);
    return repo;
  }

  /** A new open issue; one in four is a pull request. */
  ObjectNode issue(ObjectNode repo, int number, Instant created) {
    long id = lastIssueId += 1 + random.nextInt(1000);
    boolean pull = random.nextInt(4) == 0;
    String url = repo.get("html_url").asText() + (pull ? "/pull/" : "/issues/") + number;
    ObjectNode issue = JSON.objectNode();
    issue.put("id", id).put("node_id", nodeId(pull ? "PR" : "I", id)).put("number", number);
    issue.put("title", any(VERBS) + " the " + any(FIRST) + " in " + any(SECOND));
    issue.put("html_url", url);
    issue.put("repository_url", "https://api.github.com/repos/" + repo.get("full_name").asText());
    issue.set("user", person());
    issue.putArray("labels");
    issue.put("state", "open").put("locked", false);
    issue.set("assignee", random.nextInt(3) == 0 ? person() : JSON.nullNode());
    issue.put("comments", 0);
    issue.put("created_at", created.toString()).put("updated_at", created.toString());
    issue.putNull("closed_at");
    issue.put("author_association", any(ASSOCIATIONS));
    issue.put("body", random.nextInt(6) == 0 ? null : "It turns, but \"slowly\".\r\nSee #1.");
    if (pull) {
      issue.putObject("pull_request").put("html_url", url);
    }
    return issue;
  }

  void star(ObjectNode repo, Instant at) {
    int stars = repo.get("stargazers_count").asInt() + 1 + random.nextInt(3);
    repo.put("stargazers_count", stars).put("watchers_count", stars);
    repo.put("updated_at", at.toString());
  }

  void push(ObjectNode repo, Instant at) {
    repo.put("pushed_at", at.toString()).put("updated_at", at.toString());
    repo.put("size", repo.get("size").asInt() + random.nextInt(50));
    if (random.nextInt(4) == 0) {
      repo.put("language", any(LANGUAGES));
    }
  }

  void comment(ObjectNode issue, Instant at) {
    issue.put("comments", issue.get("comments").asInt() + 1).put("updated_at", at.toString());
  }

  void label(ObjectNode issue, Instant at) {
    String name = any(LABELS);
    ObjectNode label = JSON.objectNode().put("id", 900L + LABELS.indexOf(name)).put("name", name);
    issue.putArray("labels").add(label);
    issue.put("updated_at", at.toString());
  }

  /** Closes an open issue, reopens a closed one. */
  void toggle(ObjectNode issue, Instant at) {
    boolean open = issue.get("state").asText().equals("open");
    issue.put("state", open ? "closed" : "open").put("updated_at", at.toString());
    issue.put("closed_at", open ? at.toString() : null);
  }

  private @Nullable ObjectNode license() {
    return switch (random.nextInt(4)) {
      case 0 -> null;
      case 1 -> license("mit", "MIT License", "MIT");
      default -> license("apache-2.0", "Apache License 2.0", "Apache-2.0");
    };
  }

  private static ObjectNode license(String key, String name, String spdx) {
    return JSON.objectNode().put("key", key).put("name", name).put("spdx_id", spdx);
  }

  private ObjectNode person() {
    String login = any(PEOPLE);
    return user(login, 2_000_000 + PEOPLE.indexOf(login));
  }

  private static ObjectNode user(String login, long id) {
    return JSON.objectNode().put("login", login).put("id", id);
  }

  private <T> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private static String nodeId(String kind, long id) {
    String text = String.format(Locale.ROOT, "%s:%d", kind, id);
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
