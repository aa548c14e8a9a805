package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Expr;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Node.Kind;
import io.millrace.warehouse.algebra.Node.On;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a match's rows changed. It is linear in its left side. What the right side's changes touch
 * are the left rows of their keys, as they were: where right rows are counted by key, these gain or
 * lose what came or went, and are matched or not as the count says; elsewhere they are matched
 * again with the right rows of these keys, then and now.
 */
record MatchChanges(Changes changes, Node.Match match) {

  /** As {@link Changes#of}. */
  Optional<String> compute() {
    Optional<String> left = changes.of(match.left());
    Optional<String> right = changes.of(match.right());
    if (left.isEmpty() && right.isEmpty()) {
      return Optional.empty();
    }
    List<String> terms =
        changes
            .states()
            .counts(match)
            .map(counts -> counted(counts, left, right))
            .orElseGet(() -> selective().isEmpty() ? whole(left, right) : byKey(left, right));
    return terms.isEmpty()
        ? Optional.empty()
        : changes.consolidated(match, String.join(" UNION ALL ", terms));
  }

  private List<String> counted(MatchCounts counts, Optional<String> left, Optional<String> right) {
    Optional<Keys> turned =
        right.flatMap(counts::refresh).map(t -> Keys.in(changes.statements(), t, lefts()));
    List<String> terms = new ArrayList<>();
    if (match.kind() == Kind.LEFT) {
      left.ifPresent(d -> terms.add(matching().sql(d, now(keys(asked(d, lefts()))), true)));
      right.ifPresent(d -> {
        String touched = temporary("FROM " + was(keys(asked(d, rights()))));
        terms.add(matching().joined(touched, d));
        turned.ifPresent(keys -> terms.add(counts.unmatched(touched, keys)));
      });
    } else {
      left.ifPresent(d -> terms.add(counts.kept(d)));
      turned.ifPresent(keys -> terms.add(counts.turned(was(keys), keys)));
    }
    return terms;
  }

  /** Both sides' keys are looked for at once. */
  private List<String> byKey(Optional<String> left, Optional<String> right) {
    List<String> asked = new ArrayList<>();
    left.ifPresent(d -> asked.add(asked(d, lefts())));
    right.ifPresent(d -> asked.add(asked(d, rights())));
    Keys keys = keys(String.join(" UNION ", asked));
    String now = now(keys);
    List<String> terms = new ArrayList<>();
    left.ifPresent(d -> terms.add(matching().sql(d, now, true)));
    right.ifPresent(d -> {
      Keys moved = left.isEmpty() ? keys : keys(asked(d, rights()));
      terms.addAll(again(was(moved), d, now, changes.was(match.right(), keys, now)));
    });
    return terms;
  }

  private List<String> whole(Optional<String> left, Optional<String> right) {
    String now = changes.rows().from(match.right());
    List<String> terms = new ArrayList<>();
    left.ifPresent(d -> terms.add(matching().sql(d, now, true)));
    right.ifPresent(d ->
        terms.addAll(
            again("(" + changes.was(match.left()) + ")", d, now, changes.was(match.right()))));
    return terms;
  }

  /**
   * Left rows matched anew.
   *
   * @param left rows as they were, with weights
   * @param d the right side's changes
   * @param now right rows that can match them
   * @param was a query of the same as they were, with weights
   */
  private List<String> again(String left, String d, String now, String was) {
    String touched =
        temporary(match.nullAware() ? matching().touchedMarks(left, d) : "FROM " + left);
    return List.of(
        matching().sql(touched, now, true),
        "SELECT %s, -_w AS _w FROM (%s)"
            .formatted(
                Names.columns(match.types().size()),
                matching().sql(touched, plain(match.right(), was), true)));
  }

  /** Rows without weights of a query with weights that sum up to counts. */
  private String plain(Node node, String signed) {
    return temporary(
        "SELECT %1$s FROM (SELECT %1$s, sum(_w)::BIGINT AS _w FROM (%2$s) GROUP BY %3$s HAVING sum(_w) > 0), range(_w)"
            .formatted(
                Names.columns(node.types().size()), signed, Statements.grouping(node.types())));
  }

  /** Left rows of some keys as they were, with weights, to stand in FROM. */
  private String was(Keys keys) {
    Keys of = keys.as(lefts());
    return "("
        + changes.was(match.left(), of, "(" + changes.rows().restricted(match.left(), of) + ")")
        + ")";
  }

  /** Right rows of some keys. */
  private String now(Keys keys) {
    return temporary(changes.rows().restricted(match.right(), keys.as(rights())));
  }

  private Keys keys(String query) {
    return Keys.of(changes.statements(), query, rights());
  }

  /** Keys of a relation, without those that equal nothing. */
  private String asked(String relation, List<Expr> keys) {
    String equal =
        IntStream.range(0, keys.size())
            .filter(i -> !selective().get(i).nullSafe())
            .mapToObj(i -> "(" + keys.get(i).sql(c -> "t.c" + c) + ") IS NOT NULL")
            .collect(Collectors.joining(" AND "));
    return "SELECT DISTINCT %s FROM %s t%s"
        .formatted(Keys.list(keys, "t"), relation, equal.isEmpty() ? "" : " WHERE " + equal);
  }

  /** The equalities without which a right row is of no matter to a left one. */
  private List<On> selective() {
    return match.nullAware() ? match.on().stream().filter(On::nullSafe).toList() : match.on();
  }

  private List<Expr> lefts() {
    return selective().stream().map(On::left).toList();
  }

  private List<Expr> rights() {
    return selective().stream().map(On::right).toList();
  }

  private Matching matching() {
    return new Matching(match);
  }

  private String temporary(String query) {
    return changes.statements().temporary(query);
  }
}
