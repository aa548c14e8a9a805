package io.millrace.marts.incremental;

import io.millrace.warehouse.algebra.Call;
import io.millrace.warehouse.algebra.Expr;
import io.millrace.warehouse.algebra.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the value of one aggregate is kept: v and, where it needs one, a count m of its arguments.
 *
 * @param i the number of the call, part of its columns' names
 * @param summed whether a sum or a count of the same stands beside it, or there are no groups
 */
record Column(Call call, int i, boolean summed) {
  /** With more digits behind the point, the sum as an integer may not fit. */
  private static final int SCALE_MAX = 9;

  /** The columns of an aggregate's calls. */
  static List<Column> of(Node.Aggregate node) {
    List<Call> calls = node.calls();
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      Call call = calls.get(i);
      columns.add(
          new Column(
              call, i, node.groups().isEmpty() || calls.stream().anyMatch(c -> isSumOf(c, call))));
    }
    return columns;
  }

  private static boolean isSumOf(Call beside, Call call) {
    return !beside.distinct()
        && beside.filter().equals(call.filter())
        && Set.of("sum", "count").contains(beside.function())
        && beside.arguments().equals(call.arguments());
  }

  /** The columns of state, as they are computed from all rows of an alias. */
  List<String> whole(String alias) {
    return switch (call.exactness()) {
      case COUNT -> List.of("count(*) FILTER (WHERE %s) AS v%d".formatted(counted(alias), i));
      case SUM, AVERAGE ->
          List.of(
              "coalesce(sum(%s), 0)::%s AS v%d".formatted(argument(alias), sumType(), i),
              "count(%s) AS m%d".formatted(argument(alias), i));
      case EXTREME -> List.of("%s(%s) AS v%d".formatted(call.function(), argument(alias), i));
      case NONE -> throw new IllegalArgumentException(call.function());
    };
  }

  /** The changes of these columns, computed from a Z-set; an extreme has what came and went. */
  List<String> change(String alias) {
    return switch (call.exactness()) {
      case COUNT ->
          List.of(
              "coalesce(sum(%s._w) FILTER (WHERE %s), 0)::BIGINT AS v%d"
                  .formatted(alias, counted(alias), i));
      case SUM, AVERAGE ->
          List.of(
              "coalesce(sum(CAST(%s AS %s) * CAST(%s._w AS %s)), 0)::%s AS v%d"
                  .formatted(argument(alias), sumType(), alias, weightType(), sumType(), i),
              "coalesce(sum(%s._w) FILTER (WHERE (%s) IS NOT NULL), 0)::BIGINT AS m%d"
                  .formatted(alias, argument(alias), i));
      case EXTREME ->
          List.of(
              "%s(%s) FILTER (WHERE %s._w > 0) AS v%d"
                  .formatted(call.function(), argument(alias), alias, i),
              "%s(%s) FILTER (WHERE %s._w < 0) AS x%d"
                  .formatted(call.function(), argument(alias), alias, i));
      case NONE -> throw new IllegalArgumentException(call.function());
    };
  }

  /** The columns after a change: d is the change, s the state, which may be missing. */
  List<String> after() {
    return switch (call.exactness()) {
      case COUNT -> List.of("coalesce(s.v%1$d, 0) + d.v%1$d AS v%1$d".formatted(i));
      case SUM, AVERAGE ->
          List.of(
              "(coalesce(s.v%1$d, 0) + d.v%1$d)::%2$s AS v%1$d".formatted(i, sumType()),
              "coalesce(s.m%1$d, 0) + d.m%1$d AS m%1$d".formatted(i));
      case EXTREME -> List.of("%s(s.v%2$d, d.v%2$d) AS v%2$d".formatted(better(), i));
      case NONE -> throw new IllegalArgumentException(call.function());
    };
  }

  /** Where the extreme itself went and nothing as good came, only the group's rows can tell. */
  Optional<String> lost() {
    if (call.exactness() != Call.Exactness.EXTREME) {
      return Optional.empty();
    }
    String asGood = call.function().equals("min") ? "<=" : ">=";
    return Optional.of(
        "coalesce(d.x%1$d %2$s s.v%1$d AND NOT coalesce(d.v%1$d %2$s s.v%1$d, false), false)"
            .formatted(i, asGood));
  }

  /** The aggregate's value from its columns. */
  String value() {
    String value =
        switch (call.exactness()) {
          case COUNT, EXTREME -> "v" + i;
          case SUM -> "CASE WHEN m%1$d > 0 THEN v%1$d END".formatted(i);
          case AVERAGE -> "CASE WHEN m%1$d > 0 THEN %2$s END".formatted(i, average());
          case NONE -> throw new IllegalArgumentException(call.function());
        };
    return "CAST(%s AS %s)".formatted(value, call.type());
  }

  /** Divided as DuckDB does, to the last digit: of decimals alone, the digits as integers. */
  private String average() {
    int scale = scale();
    return summed || scale == 0 || scale > SCALE_MAX
        ? "CAST(v%1$d AS DOUBLE) / m%1$d".formatted(i)
        : "CAST(CAST(v%1$d * %2$d AS HUGEINT) AS DOUBLE) / (m%1$d * %2$d)"
            .formatted(i, Math.round(Math.pow(10, scale)));
  }

  /** Digits behind the point. */
  private int scale() {
    String type = sumType();
    return type.equals("HUGEINT")
        ? 0
        : Integer.parseInt(type.substring(type.indexOf(',') + 1, type.length() - 1));
  }

  private String better() {
    return call.function().equals("min") ? "least" : "greatest";
  }

  /** The rows that a count counts. */
  private String counted(String alias) {
    String filter = call.filter().map(f -> f.sql(c -> alias + ".c" + c)).orElse("true");
    if (call.arguments().isEmpty()) {
      return filter;
    }
    String argument = call.arguments().getFirst().sql(c -> alias + ".c" + c);
    return "(%s) AND (%s) IS NOT NULL".formatted(filter, argument);
  }

  /** The argument, NULL where the filter is not true. */
  private String argument(String alias) {
    Expr given = call.arguments().getFirst();
    String value = given.sql(c -> alias + ".c" + c);
    // count_if is a sum of truths: NULL when there is none.
    String argument =
        call.function().startsWith("count") ? "CAST(" + value + " AS INTEGER)" : value;
    return call.filter()
        .map(f -> "CASE WHEN %s THEN %s END".formatted(f.sql(c -> alias + ".c" + c), argument))
        .orElse(argument);
  }

  /** Wide enough for any sum of the argument. */
  private String sumType() {
    String type = call.arguments().getFirst().type();
    return type.startsWith("DECIMAL")
        ? "DECIMAL(38," + type.substring(type.indexOf(',') + 1)
        : "HUGEINT";
  }

  private String weightType() {
    return sumType().equals("HUGEINT") ? "HUGEINT" : "DECIMAL(18,0)";
  }
}
