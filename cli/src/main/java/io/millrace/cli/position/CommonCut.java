package io.millrace.cli.position;

import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The cuts that tables share: at one of them, what they show fits together. */
public final class CommonCut {
  private final List<TablePosition> tables;

  /**
   * @param tables at least one
   */
  public CommonCut(List<TablePosition> tables) {
    this.tables = List.copyOf(tables);
  }

  /**
   * The greatest cut at which all tables can be read.
   *
   * @throws MillraceException CLI-005 when there is none
   */
  public long greatest() {
    return greatestUpTo(least())
        .orElseThrow(() -> new MillraceException(CliError.CLI_005_NO_COMMON_CUT, none()));
  }

  /**
   * The cut that was asked for, if all tables can be read at it.
   *
   * @throws MillraceException CLI-005 when not; it names the nearest
   */
  public long exactly(long cut) {
    if (tables.stream().allMatch(t -> t.isRightAt(cut))) {
      return cut;
    }
    List<String> wrong =
        tables.stream()
            .filter(t -> !t.isRightAt(cut))
            .map(t -> t.table() + " (at cut " + t.at() + ")")
            .toList();
    Optional<Long> nearest = greatestUpTo(Math.min(cut, least())).or(() -> leastFrom(cut));
    throw new MillraceException(
        CliError.CLI_005_NO_COMMON_CUT,
        String.join(", ", wrong)
            + (wrong.size() == 1 ? " cannot" : " cannot all")
            + " be read at cut "
            + cut
            + nearest.map(n -> "; the nearest is " + n + ".").orElse(", nor at another."));
  }

  private long least() {
    return tables.stream().mapToLong(TablePosition::at).min().orElse(-1);
  }

  private Optional<Long> greatestUpTo(long limit) {
    return candidates(limit).descendingSet().stream().filter(this::isShared).findFirst();
  }

  private Optional<Long> leastFrom(long limit) {
    return candidates(least()).tailSet(limit, true).stream().filter(this::isShared).findFirst();
  }

  /** Rounds of any table, and the limit itself, which is enough for tables without rounds. */
  private NavigableSet<Long> candidates(long limit) {
    NavigableSet<Long> cuts = new TreeSet<>();
    cuts.add(limit);
    tables.forEach(t -> cuts.addAll(t.rounds().headSet(limit, true)));
    return cuts;
  }

  private boolean isShared(long cut) {
    return tables.stream().allMatch(t -> t.isRightAt(cut));
  }

  private String none() {
    List<String> empty =
        tables.stream().filter(t -> t.at() < 0).map(t -> t.table().toString()).toList();
    if (!empty.isEmpty()) {
      return String.join(", ", empty)
          + (empty.size() == 1 ? " shows" : " show")
          + " no cut yet. Wait until millrace status shows one.";
    }
    return "these tables share no cut that can still be read: "
        + tables.stream().map(t -> t.table() + " at " + t.at()).collect(Collectors.joining(", "))
        + ". Wait for the next round, or read them one by one.";
  }
}
