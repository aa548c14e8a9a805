package io.millrace.marts.refresh;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
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

  private final Connection duck;
  private final FullRefresh whole;
  private final View view;
  private final ResultChanges rowChanges;
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
    this.whole = new FullRefresh(duck, target, "");
    this.view =
        new View(duck, root, "state of " + definition.name() + " ", t -> relation.apply(t), edit);
    this.rowChanges = new ResultChanges(duck, target, view);
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
      return full(task, chosen(), predicted);
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
      changes =
          before.delta().isPresent() ? rowChanges.of(before.delta().get()) : whole.changes(task);
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
          delta.isPresent() ? rowChanges.of(delta.get()) : new RowDiff.Changes("", 0, 0, 0);
      double millis = millisSince(started);
      Outcome outcome = new Outcome(found, Costs.INCREMENTAL, chosen().name(), predicted, millis);
      costs.tookIncremental(millis, rows);
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

  private Choice chosen() {
    if (always()) {
      return Choice.REFRESH_MODE;
    }
    return costs.onTrial() ? Choice.TRIAL : Choice.CHEAPER;
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
