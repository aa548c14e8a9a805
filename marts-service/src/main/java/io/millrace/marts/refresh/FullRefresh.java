package io.millrace.marts.refresh;

import io.millrace.contracts.error.MartsError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Repeats;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * FULL: runs the whole query and compares its result with the table's rows. Right for every query;
 * what it writes is only what changed. What does not fit into memory is done by ranges of keys.
 */
public final class FullRefresh implements Refresh {
  /** The temporary table of the result that was computed last. */
  static final String WANTED = "mart_wanted";

  private static final String CHANGES = "mart_changes";
  private static final String PART = "mart_changes_part";

  private final Connection duck;
  private final Target target;
  private final String reason;
  private final HashRanges queried;
  private final HashRanges compared;
  private Optional<Duration> took = Optional.empty();

  /**
   * For one table.
   *
   * @param reason the code of why it is computed as a whole
   */
  public FullRefresh(Connection duck, Target target, String reason) {
    this(duck, target, reason, 1);
  }

  /** Begins with that many ranges, for tests. */
  FullRefresh(Connection duck, Target target, String reason, int ranges) {
    this.duck = duck;
    this.target = target;
    this.reason = reason;
    this.queried = new HashRanges("the query of " + target.definition().name(), ranges);
    this.compared = new HashRanges("the comparison of " + target.definition().name(), ranges);
  }

  @Override
  public Outcome refresh(Task task) {
    long started = System.nanoTime();
    RowDiff.Changes changes = changes(task);
    return new Outcome(changes, Costs.FULL, reason, Map.of(), (System.nanoTime() - started) / 1e6);
  }

  @Override
  public boolean repeats() {
    return target.definition().algebra() instanceof Algebra.Known(Node root)
        && Repeats.closely(root);
  }

  @Override
  public Optional<Duration> auditTakes() {
    return took;
  }

  @Override
  public Audit audit(Task task) {
    long started = System.nanoTime();
    long differing = differing(changes(task));
    return new Audit(differing, Duration.ofNanos(System.nanoTime() - started));
  }

  /** Sums of floating numbers that come to about nothing differ by more than a trifle of them. */
  private long differing(RowDiff.Changes found) {
    if (found.none() || target.definition().repeatsExactly()) {
      return found.inserts() + found.updates() + found.deletes();
    }
    String columns =
        target.definition().schema().columns().stream()
            .map(c -> (c.isFloating() ? "round(%s, 9)" : "%s").formatted(Sql.name(c.name())))
            .collect(Collectors.joining(", "));
    String side = "SELECT %s FROM %s WHERE %s (_change_type IN ('delete', 'update_preimage'))";
    String old = side.formatted(columns, found.relation(), "");
    String wanted = side.formatted(columns, found.relation(), "NOT");
    String without = "(SELECT count(*) FROM (%s EXCEPT ALL %s))";
    return Sql.number(
        duck,
        "SELECT greatest(%s, %s)"
            .formatted(without.formatted(old, wanted), without.formatted(wanted, old)));
  }

  /** Runs the query, whose result stays in {@link #WANTED}, and compares. */
  RowDiff.Changes changes(Task task) {
    long started = System.nanoTime();
    try {
      run(target.definition().query(task.relation(), Optional.of(task.at())));
    } catch (MillraceException e) {
      throw new MillraceException(
          MartsError.MRT_001_QUERY_FAILED,
          "the query of "
              + target.definition().name()
              + " failed at cut "
              + task.cut()
              + ". The cause says why; it is tried again at a later cut.",
          e);
    }
    RowDiff.Changes changes = compare(target.diff().get());
    took = Optional.of(Duration.ofNanos(System.nanoTime() - started));
    return changes;
  }

  private void run(String query) {
    if (!hashRepeats()) {
      Sql.run(duck, "CREATE OR REPLACE TEMP TABLE " + WANTED + " AS " + query);
      return;
    }
    var _ =
        queried.each(
            hashed(target.definition().schema()),
            range -> {
              Sql.run(duck, into(WANTED, range.first()) + in(range, "(" + query + ")"));
              return range;
            });
  }

  /**
   * Whether each run puts a row in the same range. Where ties or sums of floating numbers may fall
   * otherwise the second time, the query is run once, whatever memory it takes.
   */
  private boolean hashRepeats() {
    RowSchema schema = target.definition().schema();
    return target.definition().algebra() instanceof Algebra.Known(Node root)
        && Repeats.exactly(
            root,
            hashedColumns(schema).stream()
                .map(schema.names()::indexOf)
                .collect(Collectors.toSet()));
  }

  private RowDiff.Changes compare(RowDiff diff) {
    String mirror = target.relation().get();
    if (!diff.before().names().containsAll(hashedColumns(diff.after()))) {
      return diff.into(duck, CHANGES, mirror, WANTED);
    }
    List<RowDiff.Changes> found =
        compared.each(
            hashed(diff.after()),
            range ->
                range.condition().equals("true")
                    ? diff.into(duck, CHANGES, mirror, WANTED)
                    : part(diff, mirror, range));
    return found.size() == 1
        ? found.getFirst()
        : new RowDiff.Changes(
            "temp.main." + CHANGES,
            found.stream().mapToLong(RowDiff.Changes::inserts).sum(),
            found.stream().mapToLong(RowDiff.Changes::updates).sum(),
            found.stream().mapToLong(RowDiff.Changes::deletes).sum());
  }

  private RowDiff.Changes part(RowDiff diff, String mirror, HashRanges.Range range) {
    // A difference takes the mirror's own row numbers, which a subquery does not show unasked.
    String rows = "(SELECT *, rowid FROM %s)".formatted(mirror);
    RowDiff.Changes part = diff.into(duck, PART, in(range, rows), in(range, WANTED));
    Sql.run(duck, into(CHANGES, range.first()) + "SELECT * FROM " + part.relation());
    return part;
  }

  private static String in(HashRanges.Range range, String relation) {
    return "(SELECT * FROM %s WHERE %s)".formatted(relation, range.condition());
  }

  private static String into(String table, boolean first) {
    return first
        ? "CREATE OR REPLACE TEMP TABLE " + table + " AS "
        : "INSERT INTO temp.main." + table + " ";
  }

  /** The key, or of a bag what does not differ between rows that are taken for the same. */
  private List<String> hashedColumns(RowSchema schema) {
    if (!schema.key().isEmpty() || target.definition().repeatsExactly()) {
      return schema.key().isEmpty() ? schema.names() : schema.key();
    }
    List<String> exact =
        schema.columns().stream().filter(c -> !c.isFloating()).map(Column::name).toList();
    return exact.isEmpty() ? schema.names() : exact;
  }

  /** What is the same for rows that are compared with each other. */
  private String hashed(RowSchema schema) {
    return schema.columns().stream()
        .filter(c -> hashedColumns(schema).contains(c.name()))
        .map(c -> "CAST(%s AS %s)".formatted(Sql.name(c.name()), c.type().sql()))
        .collect(Collectors.joining(", "));
  }
}
