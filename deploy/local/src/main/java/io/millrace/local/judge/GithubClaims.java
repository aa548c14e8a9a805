package io.millrace.local.judge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.demo.github.Organization;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What GitHub's stand-in says of the example warehouse's tables, once it has been quiet for a whole
 * sync.
 *
 * @param view relation of a table's rows in the lake
 */
record GithubClaims(Organization organization, Path scratch, Function<TableName, String> view) {
  private static final String WITNESS = "GitHub's stand-in";
  private static final String REPOSITORY_COLUMNS =
      """
      {id: 'BIGINT', name: 'VARCHAR', full_name: 'VARCHAR', owner: 'STRUCT(login VARCHAR)',
       description: 'VARCHAR', language: 'VARCHAR', license: 'STRUCT(spdx_id VARCHAR)',
       stargazers_count: 'INTEGER', forks_count: 'INTEGER', archived: 'BOOLEAN',
       created_at: 'TIMESTAMPTZ', updated_at: 'TIMESTAMPTZ', pushed_at: 'TIMESTAMPTZ'}\
      """;
  private static final String ISSUE_COLUMNS =
      """
      {id: 'BIGINT', number: 'INTEGER', repo: 'VARCHAR', title: 'VARCHAR', state: 'VARCHAR',
       user: 'STRUCT(login VARCHAR)', comments: 'INTEGER', pull_request: 'JSON',
       created_at: 'TIMESTAMPTZ', updated_at: 'TIMESTAMPTZ', closed_at: 'TIMESTAMPTZ'}\
      """;

  /** What it says of a table; empty if nothing. */
  Optional<Claim> of(Table table) {
    return switch (table.name().toString()) {
      case "staging.repositories" -> Optional.of(repositories(table));
      case "staging.issues" -> Optional.of(issues(table));
      case "dim.repository" ->
          table instanceof Dimension dimension
              ? Optional.of(currentRepositories(dimension))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private Claim repositories(Table table) {
    return new Claim(
        WITNESS,
        """
        SELECT id AS repo_id, name AS repo_name, full_name AS repo_full_name,
               owner.login AS owner, coalesce(description, '') AS description,
               stargazers_count AS stars, forks_count AS forks,
               coalesce(language, 'Unknown') AS language, license.spdx_id AS license, archived,
               created_at, updated_at, pushed_at
        FROM %s
        """
            .formatted(repos()),
        "FROM " + view.apply(table.name()),
        List.of("repo_id"));
  }

  private Claim currentRepositories(Dimension table) {
    String columns =
        "repo_id, repo_name, repo_full_name, owner, language, license, archived, updated_at";
    return new Claim(
        WITNESS,
        "SELECT " + columns + " FROM (" + repositories(table).wanted() + ")",
        "SELECT %s FROM %s WHERE is_current AND %s > 0"
            .formatted(columns, view.apply(table.name()), Sql.name(table.surrogateKey())),
        List.of("repo_id"));
  }

  private Claim issues(Table table) {
    return new Claim(
        WITNESS,
        """
        SELECT id AS issue_id, number, repo AS repo_full_name, title, state,
               "user".login AS author, comments, pull_request IS NOT NULL AS is_pull_request,
               created_at, updated_at, closed_at
        FROM %s
        """
            .formatted(allIssues()),
        "FROM " + view.apply(table.name()),
        List.of("repo_full_name", "number"));
  }

  private String repos() {
    return read("repos.json", organization.repos(), REPOSITORY_COLUMNS);
  }

  private String allIssues() {
    List<ObjectNode> all =
        organization.repos().stream()
            .flatMap(repo ->
                organization.issues(repo.get("name").asText()).orElseThrow().stream()
                    .map(issue -> issue.put("repo", repo.get("full_name").asText())))
            .toList();
    return read("issues.json", all, ISSUE_COLUMNS);
  }

  private String read(String name, List<ObjectNode> records, String columns) {
    Path file = scratch.resolve(name);
    try {
      Files.writeString(file, records.stream().map(r -> r + "\n").collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "read_ndjson(%s, columns = %s)".formatted(Sql.text(file.toString()), columns);
  }
}
