package io.millrace.warehouse.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the legal name that a misspelt one was probably meant to be. */
public final class Nearest {

  private Nearest() {}

  /** {@code did you mean x?} for the nearest name; empty when none is near. */
  public static Optional<String> hint(String written, Collection<String> legal) {
    return of(written, legal).map(name -> "did you mean " + name + "?");
  }

  /**
   * The nearest name by edits (swaps of neighbours count one), without case; ties by alphabet.
   * Empty when the nearest differs in more than a third of its letters, at least two.
   */
  public static Optional<String> of(String written, Collection<String> legal) {
    String wanted = written.toLowerCase(Locale.ROOT);
    return legal.stream()
        .distinct()
        .map(name -> new Candidate(name, distance(wanted, name.toLowerCase(Locale.ROOT))))
        .filter(c -> c.distance() <= Math.max(2, Math.max(c.name().length(), wanted.length()) / 3))
        .filter(c -> c.distance() < Math.max(c.name().length(), wanted.length()))
        .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .map(Candidate::name);
  }

  private record Candidate(String name, int distance) {}

  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
