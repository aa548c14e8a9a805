package io.millrace.marts.refresh;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.marts.incremental.Inconsistent;
import io.millrace.marts.incremental.TookTooLong;
import io.millrace.marts.incremental.View;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.algebra.Node;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings a table on by its inputs' changes where that is possible and thought to be cheaper, else
 * by the whole query. State that does not fit, for whatever reason, is never used: the whole query
 * is run, and state is made anew beside it and compared with it before it is trusted.
 */
public final class IncrementalRefresh implements Refresh {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");
  private static final double USUAL_THRESHOLD = 0.3;
  private static final long FEW_ROWS = 10_000;
  private static final String WANTED = "mart_changed_rows";
  private static final String KEYS = "mart_changed_keys";
  private static final String CHANGES = "mart_changes";

  private final Connection duck;
  private final Target target;
  private final FullRefresh whole;
  private final View view;
  private final Costs costs = new Costs();
  private Function<TableName, String> relation = t -> t.toString();
  private State state = State.NONE;
  private @Nullable Done done;
  private DynamicTable definition;

  /** What can be said of the view's state. */
  private enum State {
    /** There is none, or it does not show the table's cut. */
    NONE,
    /** It shows what the table shows. */
    CURRENT,
    /** It gave other rows than the query: it is not used again. */
    DISTRUSTED
  }

  /** The outcome for a cut, kept in case that the commit has to be tried again. */
  private record Done(long cut, Optional<String> delta, Outcome outcome) {}

  /**
   * For one table.
   *
   * @param root the query's operators
   */
  public IncrementalRefresh(Connection duck, Target target, Node root) {
    this(duck, target, root, UnaryOperator.identity());
  }

  /** For tests, which edit the view's statements. */
  IncrementalRefresh(Connection duck, Target target, Node root, UnaryOperator<String> edit) {
    this.duck = duck;
    this.definition = target.definition();
    this.target = target;
    this.whole = new FullRefresh(duck, target, "");
    this.view =
        new View(duck, root, "state of " + definition.name() + " ", t -> relation.apply(t), edit);
  }

  @Override
  public Outcome refresh(Task task) {
    relation = task.relation();
    if (done != null && done.cut() == task.cut()) {
      return again(task, done);
    }
    if (state == State.DISTRUSTED) {
      return full(task, Choice.STATE_DISTRUSTED, Map.of());
    }
    Map<TableName, String> changes = new HashMap<>();
    for (TableName input : task.changed()) {
      Optional<String> known = task.changes().apply(input);
      if (known.isEmpty()) {
        return build(task, Choice.INPUT_RELOADED, Map.of());
      }
      changes.put(input, known.get());
    }
    long rows =
        changes.values().stream()
            .mapToLong(c -> Sql.number(duck, "SELECT count(*) FROM " + c))
            .sum();
    Map<String, Double> predicted = costs.predicted(rows);
    if (!always() && tooMany(task, rows)) {
      return full(task, Choice.CARDINALITY_THRESHOLD, predicted);
    }
    if (!always() && costs.preferFull(rows)) {
      return full(task, Choice.CHEAPER, predicted);
    }
    return state == State.CURRENT
        ? byChanges(task, changes, rows, predicted)
        : build(task, Choice.NO_STATE, predicted);
  }

  /**
   * Whether the share of changed rows is above the statement's threshold; without one, above what
   * is never worth carrying through, where there are enough rows for that to matter.
   */
  private boolean tooMany(Task task, long rows) {
    if (definition.cardinalityThreshold().isEmpty() && rows < FEW_ROWS) {
      return false;
    }
    long all =
        definition.inputs().stream()
            .mapToLong(t -> Sql.number(duck, "SELECT count(*) FROM " + task.relation().apply(t)))
            .sum();
    return rows > definition.cardinalityThreshold().orElse(USUAL_THRESHOLD) * all;
  }

  /** The changes that were found already, beside rows that were rearranged since. */
  private Outcome again(Task task, Done before) {
    Outcome outcome = before.outcome();
    RowDiff.Changes changes;
    try {
      changes = before.delta().isPresent() ? rowChanges(before.delta().get()) : whole.changes(task);
    } catch (Inconsistent e) {
      return unfit(task, e, outcome.predicted());
    }
    return new Outcome(
        changes, outcome.strategy(), outcome.reason(), outcome.predicted(), outcome.millis());
  }

  private Outcome byChanges(
      Task task, Map<TableName, String> changes, long rows, Map<String, Double> predicted) {
    long started = System.nanoTime();
    state = State.NONE;
    try {
      Optional<String> delta =
          view.refresh(
              t -> Optional.ofNullable(changes.get(t)),
              task.at(),
              always() ? Optional.empty() : costs.patience());
      RowDiff.Changes found =
          delta.isPresent() ? rowChanges(delta.get()) : new RowDiff.Changes("", 0, 0, 0);
      double millis = millisSince(started);
      costs.tookIncremental(millis, rows);
      Outcome outcome =
          new Outcome(
              found,
              Costs.INCREMENTAL,
              (always() ? Choice.REFRESH_MODE : Choice.CHEAPER).name(),
              predicted,
              millis);
      done = delta.isPresent() ? new Done(task.cut(), delta, outcome) : null;
      state = State.CURRENT;
      return outcome;
    } catch (TookTooLong e) {
      view.finish();
      costs.gaveUp(millisSince(started), rows);
      LOG.warnf(
          "table %s is computed as a whole: its %d changed rows were not carried through in %d ms",
          definition.name(), rows, Math.round(millisSince(started)));
      return full(task, Choice.TOOK_TOO_LONG, predicted);
    } catch (Inconsistent | MillraceException e) {
      return unfit(task, e, predicted);
    }
  }

  private Outcome unfit(Task task, RuntimeException e, Map<String, Double> predicted) {
    LOG.warnf(e, "table %s is computed as a whole: its state does not fit", definition.name());
    view.finish();
    return build(task, Choice.STATE_DOES_NOT_FIT, predicted);
  }

  private static double millisSince(long startedNanos) {
    return (System.nanoTime() - startedNanos) / 1e6;
  }

  /** Runs the whole query; state stays behind. */
  private Outcome full(Task task, Choice choice, Map<String, Double> predicted) {
    if (state == State.CURRENT) {
      state = State.NONE;
    }
    long started = System.nanoTime();
    RowDiff.Changes changes = whole.changes(task);
    double millis = millisSince(started);
    costs.tookFull(millis);
    Outcome outcome = new Outcome(changes, Costs.FULL, choice.name(), predicted, millis);
    done = new Done(task.cut(), Optional.empty(), outcome);
    return outcome;
  }

  @Override
  public boolean repeats() {
    return whole.repeats();
  }

  @Override
  public Optional<Duration> auditTakes() {
    return whole.auditTakes();
  }

  @Override
  public Audit audit(Task task) {
    Audit audit = whole.audit(task);
    if (audit.differing() > 0) {
      distrust();
      done = null;
    }
    return audit;
  }

  /** Runs the whole query, makes state anew and lets it show that it gives the same. */
  private Outcome build(Task task, Choice choice, Map<String, Double> predicted) {
    Outcome outcome = full(task, choice, predicted);
    try {
      view.build(task.at());
      state = State.CURRENT;
      if (!sameAsQuery()) {
        distrust();
      }
    } catch (MillraceException e) {
      LOG.warnf(
          e, "table %s is always computed as a whole: no state can be made", definition.name());
      distrust();
    }
    return outcome;
  }

  /** State is not used again, so it need not lie there. */
  private void distrust() {
    state = State.DISTRUSTED;
    drop();
  }

  /**
   * Whether state gives the query's rows, by their number and the sum of their hashes, for which
   * any memory is enough; values of floats may differ in their last digits.
   */
  private boolean sameAsQuery() {
    List<String> names = definition.schema().names();
    String exact =
        definition.schema().columns().stream()
            .map(c ->
                c.isFloating()
                    ? Sql.name(c.name()) + " IS NULL"
                    : "CAST(%s AS %s)".formatted(Sql.name(c.name()), c.type().sql()))
            .collect(Collectors.joining(", "));
    String kept =
        IntStream.range(0, names.size())
            .mapToObj(i -> "c" + i + " AS " + Sql.name(names.get(i)))
            .collect(Collectors.joining(", "));
    String sum = "(SELECT (count(*), sum(hash(" + exact + ")::HUGEINT)) FROM (%s))";
    return Sql.number(
            duck,
            "SELECT (%s IS NOT DISTINCT FROM %s)::BIGINT"
                .formatted(
                    sum.formatted("SELECT %s FROM (%s)".formatted(kept, view.query())),
                    sum.formatted("SELECT * FROM " + FullRefresh.WANTED)))
        == 1;
  }

  /** The row changes of a Z-set of results: only rows that it names are looked at in the table. */
  private RowDiff.Changes rowChanges(String delta) {
    RowDiff diff = target.diff().get();
    List<String> names = definition.schema().names();
    String columns =
        IntStream.range(0, names.size())
            .mapToObj(i -> "c" + i + " AS " + Sql.name(names.get(i)))
            .collect(Collectors.joining(", "));
    if (!definition.schema().key().isEmpty()) {
      return byKey(diff, delta, columns);
    }
    return floats() || !diff.before().equals(diff.after())
        ? byRow(diff, delta, columns)
        : diff.weighed(
                duck,
                CHANGES,
                target.relation().get(),
                "(SELECT %s, _w FROM %s)".formatted(columns, delta))
            .orElseThrow(() -> new Inconsistent(definition.name().toString()));
  }

  private RowDiff.Changes byKey(RowDiff diff, String delta, String columns) {
    List<String> key = definition.schema().key();
    RowDiff.Changes found =
        diff.into(
            duck,
            CHANGES,
            target.relation().get(),
            "(SELECT %s FROM %s, range(_w) WHERE _w > 0)".formatted(columns, delta),
            new RowDiff.Scope("(SELECT %s FROM %s)".formatted(columns, delta), key));
    requireGrain(delta, found);
    return found;
  }

  /** Of a bag, so that rows which differ by a trifle stay. */
  private RowDiff.Changes byRow(RowDiff diff, String delta, String columns) {
    List<String> names = definition.schema().names();
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE %s AS SELECT DISTINCT %s FROM (SELECT %s FROM %s)"
            .formatted(KEYS, Sql.names(names), columns, delta));
    Sql.run(
        duck, "CREATE OR REPLACE TEMP TABLE %s AS %s".formatted(WANTED, counted(columns, delta)));
    return isShort()
        ? wholeBag(columns)
        : diff.into(
            duck,
            CHANGES,
            target.relation().get(),
            "(FROM %s, range(_w))".formatted(WANTED),
            new RowDiff.Scope(KEYS, names));
  }

  /**
   * A row that comes to a key which keeps its own looks like an update, but the weights say that
   * there is one row more. The whole query then names the doubled keys.
   */
  private void requireGrain(String delta, RowDiff.Changes found) {
    long more = Sql.number(duck, "SELECT coalesce(sum(_w), 0)::BIGINT FROM " + delta);
    if (more != found.inserts() - found.deletes()) {
      throw new Inconsistent(definition.name().toString());
    }
  }

  /** Of a bag, how many copies remain of each row that changed. */
  private String counted(String columns, String delta) {
    String same =
        definition.schema().names().stream()
            .map(n -> "m.%1$s IS NOT DISTINCT FROM s.%1$s".formatted(Sql.name(n)))
            .collect(Collectors.joining(" AND "));
    return "SELECT %1$s, sum(_w)::BIGINT AS _w FROM (SELECT %2$s, _w FROM %3$s UNION ALL SELECT %1$s, 1 FROM %4$s m SEMI JOIN %5$s s ON %6$s) GROUP BY ALL"
        .formatted(
            Sql.names(definition.schema().names()),
            columns,
            delta,
            target.relation().get(),
            KEYS,
            same);
  }

  private boolean floats() {
    return definition.schema().columns().stream().anyMatch(Column::isFloating);
  }

  /** Whether a row of a bag went that the table has not. */
  private boolean isShort() {
    return Sql.number(duck, "SELECT count(*) FROM %s WHERE _w < 0".formatted(WANTED)) > 0;
  }

  /**
   * All of a bag from state. A sum of floating numbers may stand in the table with other last
   * digits than in state, so that the row which went is not found by its values.
   */
  private RowDiff.Changes wholeBag(String columns) {
    if (!floats()) {
      throw new Inconsistent(definition.name().toString());
    }
    return target
        .diff()
        .get()
        .into(
            duck,
            CHANGES,
            target.relation().get(),
            "(SELECT %s FROM (%s))".formatted(columns, view.query()));
  }

  @Override
  public void committed() {
    done = null;
    view.finish();
  }

  @Override
  public void alter(DynamicTable altered) {
    definition = altered;
  }

  /** Whether no other way may be taken. */
  private boolean always() {
    return definition.refreshMode() == DynamicTable.RefreshMode.INCREMENTAL;
  }

  @Override
  public void drop() {
    view.drop();
  }

  @Override
  public void failed() {
    done = null;
    view.finish();
    if (state == State.CURRENT) {
      state = State.NONE;
    }
  }
}
