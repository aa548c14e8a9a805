package io.millrace.ingest.api;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.warehouse.source.ApiSource;
import io.millrace.warehouse.source.ApiSource.ApiResource;
import io.millrace.warehouse.source.ApiSource.Auth;
import io.millrace.warehouse.source.ApiSource.Cursor;
import io.millrace.warehouse.source.ApiSource.Field;
import io.millrace.warehouse.source.ApiSource.Order;
import io.millrace.warehouse.source.ApiSource.Pagination;
import io.millrace.warehouse.source.ApiSource.Parent;
import io.millrace.warehouse.source.ApiSource.Write;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Declares the source of the tests, as github.yml would, with what a test wants otherwise. */
final class Github {

  static final Duration INTERVAL = Duration.ofMinutes(10);

  static final List<Field> REPO_FIELDS =
      List.of(
          field("id", Simple.BIGINT, "/id"),
          field("name", Simple.VARCHAR, "/name"),
          field("owner", Simple.VARCHAR, "/owner/login"),
          field("stars", Simple.INTEGER, "/stargazers_count"),
          field("language", Simple.VARCHAR, "/language"),
          field("topics", Simple.VARCHAR, "/topics"),
          field("archived", Simple.BOOLEAN, "/archived"),
          field("pushed_at", Simple.TIMESTAMPTZ, "/pushed_at"),
          field("updated_at", Simple.TIMESTAMPTZ, "/updated_at"));

  static final List<Field> ISSUE_FIELDS =
      List.of(
          field("id", Simple.BIGINT, "/id"),
          field("title", Simple.VARCHAR, "/title"),
          field("state", Simple.VARCHAR, "/state"),
          field("comments", Simple.INTEGER, "/comments"),
          field("labels", Simple.VARCHAR, "/labels"),
          new Field(new Column("is_pull_request", Simple.BOOLEAN, false), "/pull_request", true),
          field("updated_at", Simple.TIMESTAMPTZ, "/updated_at"));

  final URI baseUrl;
  Auth auth = new Auth.None();
  Map<String, String> headers = Map.of("Accept", "application/vnd.github+json");
  Duration timeout = Duration.ofSeconds(10);
  int attempts = 4;
  List<String> allowHosts = List.of();
  long maxBodyBytes = 10_000_000;
  String repoPath = "/orgs/{org}/repos";
  String issuePath = "/repos/{org}/{repo}/issues";
  String records = "";
  List<Field> repoFields = REPO_FIELDS;
  int perPage = 100;
  Write repoWrite = Write.MERGE;
  Write issueWrite = Write.MERGE;
  Optional<Order> order = Optional.of(Order.DESC);
  Duration lag = Duration.ZERO;
  boolean issues = true;
  boolean incremental = true;
  Pagination pagination = Pagination.LINK_HEADER;
  String initial = "2000-01-01T00:00:00Z";

  Github(URI baseUrl) {
    this.baseUrl = baseUrl;
  }

  static Field field(String name, Simple type, String pointer) {
    return new Field(new Column(name, type, true), pointer, false);
  }

  ApiSource source() {
    List<ApiResource> resources = new ArrayList<>();
    resources.add(
        resource("repos", repoPath, Optional.empty(), repoFields, Optional.empty(), repoWrite));
    if (issues) {
      resources.add(
          resource(
              "issues",
              issuePath,
              Optional.of(new Parent("repos", Map.of("repo", "name"))),
              ISSUE_FIELDS,
              Optional.of("since"),
              issueWrite));
    }
    return new ApiSource(
        "github",
        baseUrl,
        auth,
        headers,
        INTERVAL,
        timeout,
        attempts,
        allowHosts,
        maxBodyBytes,
        resources);
  }

  /** A resource of these fields, to read records with. */
  static ApiResource resourceOf(List<Field> fields) {
    return new ApiResource(
        "expected",
        "/",
        Map.of(),
        Optional.empty(),
        Map.of(),
        "",
        fields,
        List.of("id"),
        Optional.empty(),
        Pagination.NONE,
        Write.MERGE);
  }

  /** Repositories only, with that many a page. */
  ApiSource withoutIssues(int pageSize) {
    issues = false;
    perPage = pageSize;
    return source();
  }

  private ApiResource resource(
      String name,
      String path,
      Optional<Parent> parent,
      List<Field> fields,
      Optional<String> parameter,
      Write write) {
    Cursor cursor = new Cursor("updated_at", initial, parameter, lag, order);
    String direction = order.equals(Optional.of(Order.DESC)) ? "desc" : "asc";
    return new ApiResource(
        name,
        path,
        Map.of("org", "millrace"),
        parent,
        Map.of(
            "per_page",
            String.valueOf(perPage),
            "state",
            "all",
            "sort",
            "updated",
            "direction",
            direction),
        records,
        fields,
        List.of("id"),
        incremental ? Optional.of(cursor) : Optional.empty(),
        pagination,
        write);
  }
}
