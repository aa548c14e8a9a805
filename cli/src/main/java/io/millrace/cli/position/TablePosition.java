package io.millrace.cli.position;

import io.millrace.contracts.TableName;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * How far a table in the lake is.
 *
 * @param table which
 * @param at the cut that it is right through, -1 before its first
 * @param rounds of a table that is right at round cuts only, those cuts; else empty
 * @param byRounds whether it is right at {@link #rounds} only
 */
public record TablePosition(TableName table, long at, NavigableSet<Long> rounds, boolean byRounds) {

  public TablePosition {
    rounds = Collections.unmodifiableNavigableSet(new TreeSet<>(rounds));
  }

  /** Of a table that is right at every cut through {@code at}. */
  public static TablePosition everywhere(TableName table, long at) {
    return new TablePosition(table, at, new TreeSet<>(), false);
  }

  /** Of a table that is right at these cuts, as far as they are not above {@code at}. */
  public static TablePosition atRounds(TableName table, long at, Collection<Long> rounds) {
    NavigableSet<Long> kept = new TreeSet<>(rounds);
    return new TablePosition(table, at, kept.subSet(0L, true, Math.max(0L, at), true), true);
  }

  /** Whether the table can be read at this cut. */
  public boolean isRightAt(long cut) {
    return cut >= 0 && cut <= at && (!byRounds || rounds.contains(cut));
  }
}
