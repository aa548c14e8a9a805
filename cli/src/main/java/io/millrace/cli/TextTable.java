package io.millrace.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of text in aligned columns under a heading. */
public final class TextTable {
  private final List<String> heading;
  private final List<Integer> right;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param right indexes of the columns whose values end at one edge, as numbers do
   */
  public TextTable(List<String> heading, List<Integer> right) {
    this.heading = List.copyOf(heading);
    this.right = List.copyOf(right);
  }

  /** Adds a row with a value for each column. */
  public void row(List<String> values) {
    rows.add(values.stream().map(v -> v.replace('\n', ' ')).toList());
  }

  /** The heading, a rule, the rows. Without rows: nothing. */
  public List<String> lines() {
    if (rows.isEmpty()) {
      return List.of();
    }
    int[] widths =
        IntStream.range(0, heading.size())
            .map(i ->
                Math.max(
                    heading.get(i).length(),
                    rows.stream().mapToInt(r -> r.get(i).length()).max().orElse(0)))
            .toArray();
    List<String> lines = new ArrayList<>();
    lines.add(line(heading, widths));
    lines.add(IntStream.of(widths).mapToObj("-"::repeat).collect(Collectors.joining("  ")));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  private String line(List<String> values, int[] widths) {
    return IntStream.range(0, values.size())
        .mapToObj(i -> {
          String pad = " ".repeat(Math.max(0, widths[i] - values.get(i).length()));
          return right.contains(i) ? pad + values.get(i) : values.get(i) + pad;
        })
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }
}
