package io.millrace.marts.incremental;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Strategy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The rows of a query, kept by changes. {@link #build} reads all of its inputs, {@link #refresh}
 * only what their changes touch. After a failure of either it must be built again. One thread.
 */
public final class View {
  private final Node root;
  private final Statements statements;
  private final States states;
  private final Function<TableName, String> relation;
  private Instant at = Instant.EPOCH;

  /**
   * A view without rows yet.
   *
   * @param prefix begins the names of its tables, which no other view's may
   * @param relation what stands in FROM for a table of the warehouse, as it is now
   */
  public View(Connection duck, Node root, String prefix, Function<TableName, String> relation) {
    this(duck, root, prefix, relation, Strategy.DELTA, UnaryOperator.identity());
  }

  /** As above, with statements edited: tests plant bugs so. */
  public View(
      Connection duck,
      Node root,
      String prefix,
      Function<TableName, String> relation,
      UnaryOperator<String> edit) {
    this(duck, root, prefix, relation, Strategy.DELTA, edit);
  }

  /**
   * For tests.
   *
   * @param aggregates KEYS computes touched groups again even where they could be kept by algebra
   * @param edit applied to each statement
   */
  View(
      Connection duck,
      Node root,
      String prefix,
      Function<TableName, String> relation,
      Strategy aggregates,
      UnaryOperator<String> edit) {
    this.root = root;
    this.statements = new Statements(duck, edit);
    this.states = new States(root, prefix, aggregates, statements);
    this.relation = relation;
  }

  /** Makes all state from the inputs as they are. */
  public void build(Instant now) {
    at = now;
    states.build(rows(now));
    statements.dropTemporary();
  }

  /** A query of its rows, columns c0, c1 ..., from its inputs and state as they are. */
  public String query() {
    return rows(at).of(root);
  }

  /**
   * Brings all state to the inputs as they are now.
   *
   * @param changes for each table that has changed since the last call, a relation of its net
   *     changes: its columns and {@code _weight}
   * @return the name of a temporary Z-set of the result's changes, columns c0, c1 ... and {@code
   *     _w}, which lives until {@link #finish}; empty if nothing changed
   * @param limit after which it is given up; empty for as long as it takes
   * @throws Inconsistent when the changes are not those of the rows that state was made of
   * @throws TookTooLong when the limit has passed
   */
  public Optional<String> refresh(
      Function<TableName, Optional<String>> changes, Instant now, Optional<Duration> limit) {
    statements.limit(limit);
    try {
      Optional<String> delta = new Changes(statements, states, rows(now), changes, at).of(root);
      at = now;
      return delta;
    } finally {
      statements.limit(Optional.empty());
    }
  }

  /** How many columns it has. */
  public int width() {
    return root.types().size();
  }

  /** Drops what a refresh has left. */
  public void finish() {
    statements.dropTemporary();
  }

  /** Drops all state: nothing can be asked of it before it is built again. */
  public void drop() {
    finish();
    states.tables().forEach(table -> statements.run("DROP TABLE IF EXISTS " + table));
  }

  private Rows rows(Instant now) {
    return new Rows(relation, states, now);
  }
}
