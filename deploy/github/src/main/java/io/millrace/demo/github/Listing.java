package io.millrace.demo.github;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Answers the two collections: filters, sorts and cuts them into pages as GitHub does. */
final class Listing {

  /** A page and how many pages there are. */
  record Part(List<ObjectNode> records, int page, int pages) {}

  private static final int PER_PAGE = 30;
  private static final int PER_PAGE_MAX = 100;

  private final Organization organization;

  Listing(Organization organization) {
    this.organization = organization;
  }

  /**
   * The page that a request asks for; empty for a path that is none.
   *
   * @throws DateTimeException for a {@code since} that is no timestamp
   */
  Optional<Part> part(String path, Query query) {
    String[] names = path.split("/", -1);
    if (names.length == 4 && names[1].equals("orgs") && names[3].equals("repos")) {
      return names[2].equals(organization.name())
          ? Optional.of(cut(sorted(organization.repos(), query), query))
          : Optional.empty();
    }
    if (names.length == 5 && names[1].equals("repos") && names[4].equals("issues")) {
      return names[2].equals(organization.name())
          ? organization
              .issues(names[3])
              .map(all -> cut(sorted(filtered(all, query), query), query))
          : Optional.empty();
    }
    return Optional.empty();
  }

  private static List<ObjectNode> filtered(List<ObjectNode> issues, Query query) {
    String state = query.get("state", "open");
    String since = query.get("since", "");
    OffsetDateTime from = since.isEmpty() ? OffsetDateTime.MIN : OffsetDateTime.parse(since);
    return issues.stream()
        .filter(issue -> state.equals("all") || issue.get("state").asText().equals(state))
        .filter(issue -> !OffsetDateTime.parse(issue.get("updated_at").asText()).isBefore(from))
        .toList();
  }

  private static List<ObjectNode> sorted(List<ObjectNode> records, Query query) {
    String sort = query.get("sort", "created");
    boolean byName = sort.equals("full_name");
    String field =
        switch (sort) {
          case "full_name", "comments" -> sort;
          case "updated", "pushed" -> sort + "_at";
          default -> "created_at";
        };
    Comparator<ObjectNode> order = Comparator.comparing(node -> value(node, field));
    order = order.thenComparingLong(node -> node.get("id").asLong());
    boolean ascending = query.get("direction", byName ? "asc" : "desc").equals("asc");
    List<ObjectNode> sorted = new ArrayList<>(records);
    sorted.sort(ascending ? order : order.reversed());
    return sorted;
  }

  /** ISO timestamps in UTC sort as text; numbers are padded. */
  private static String value(ObjectNode node, String field) {
    JsonNode value = node.path(field);
    return value.isNumber() ? String.format(Locale.ROOT, "%019d", value.asLong()) : value.asText();
  }

  private static Part cut(List<ObjectNode> records, Query query) {
    int size = Math.clamp(query.number("per_page", PER_PAGE), 1, PER_PAGE_MAX);
    int page = Math.max(query.number("page", 1), 1);
    int pages = Math.max(1, (records.size() + size - 1) / size);
    int from = (int) Math.min((page - 1L) * size, records.size());
    int to = Math.min(from + size, records.size());
    return new Part(List.copyOf(records.subList(from, to)), page, pages);
  }
}
