package io.millrace.marts.control;

import io.millrace.contracts.TableName;
import io.millrace.marts.refresh.RefreshHistory;
import io.millrace.marts.refresh.RefreshHistory.Result;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What this instance knows of the dynamic tables, for REST: how they are made, of all; how they
 * went, of those that it keeps. Safe for all threads.
 */
@ApplicationScoped
public class MartsBoard {
  private static final int ENTRIES_KEPT = 100;

  private final Map<String, Known> tables = new ConcurrentSkipListMap<>();

  /**
   * A dynamic table.
   *
   * @param table schema.name
   * @param targetLagMillis the promise about data time, as it follows from the tables around it
   * @param refreshMode AUTO, INCREMENTAL or FULL
   * @param inputs the tables it reads
   * @param key columns that identify a row; empty for a bag
   * @param blocks the blocks of its query, each with strategy and reason, inputs indented
   * @param suspended whether an operator suspended it
   * @param comment of its statement
   * @param altered what operators have set otherwise than the folder says it
   * @param costs of its newest refresh; null until this instance has done one
   */
  public record Description(
      String table,
      long targetLagMillis,
      String refreshMode,
      List<String> inputs,
      List<String> key,
      List<String> blocks,
      boolean suspended,
      @Nullable String comment,
      List<Alterations.Alteration> altered,
      @Nullable Costs costs) {

    /** Of a table that may have been refreshed, by its newest entries. */
    private Description with(Stream<RefreshHistory.Entry> newestFirst) {
      return new Description(
          table,
          targetLagMillis,
          refreshMode,
          inputs,
          key,
          blocks,
          suspended,
          comment,
          altered,
          newestFirst
              .filter(e -> e.result() == Result.CHANGED || e.result() == Result.UNCHANGED)
              .map(Costs::of)
              .findFirst()
              .orElse(null));
    }
  }

  /**
   * What a refresh took, and was thought to take.
   *
   * @param cut the cut that it brought the table to
   * @param strategy the way that it took
   * @param predictedMillis by strategy, before it
   * @param strategyMillis what finding the changes took
   * @param millis what all of it took
   */
  public record Costs(
      long cut,
      String strategy,
      Map<String, Double> predictedMillis,
      double strategyMillis,
      long millis) {

    static Costs of(RefreshHistory.Entry e) {
      return new Costs(
          e.cut(),
          e.outcome().strategy(),
          e.outcome().predicted(),
          e.outcome().millis(),
          e.duration().toMillis());
    }
  }

  private record Known(Description description, Deque<RefreshHistory.Entry> entries) {
    Description now() {
      synchronized (entries) {
        return description.with(entries.stream());
      }
    }
  }

  /** Replaces what is known of a table. */
  public void describe(Description description) {
    tables.merge(
        description.table(),
        new Known(description, new ArrayDeque<>()),
        (before, now) -> new Known(now.description(), before.entries()));
  }

  /** Notes a refresh of a table that was described. */
  public void add(RefreshHistory.Entry entry) {
    Known known = tables.get(entry.table().toString());
    if (known != null) {
      synchronized (known.entries()) {
        known.entries().addFirst(entry);
        if (known.entries().size() > ENTRIES_KEPT) {
          known.entries().removeLast();
        }
      }
    }
  }

  /** All tables, by name. */
  public List<Description> all() {
    return tables.values().stream().map(Known::now).toList();
  }

  public Optional<Description> of(TableName table) {
    return Optional.ofNullable(tables.get(table.toString())).map(Known::now);
  }

  /** Its newest refreshes since this instance started, the newest first. */
  public List<RefreshHistory.Entry> history(TableName table, int limit) {
    Known known = tables.get(table.toString());
    if (known == null) {
      return List.of();
    }
    synchronized (known.entries()) {
      return new ArrayList<>(known.entries()).stream().limit(limit).toList();
    }
  }
}
