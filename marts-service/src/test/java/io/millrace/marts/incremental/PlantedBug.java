package io.millrace.marts.incremental;

import java.util.function.UnaryOperator;

/** Mistakes that a compiler of changes could make, planted into the statements it makes. */
enum PlantedBug implements UnaryOperator<String> {
  NULL_KEYS_NEVER_MEET(" IS NOT DISTINCT FROM ", " = ", 1000),
  OTHER_LEG_AS_IT_IS_NOW("-_w FROM", "0 * _w FROM", 1014),
  WEIGHT_OF_OLD_LEG_FORGOTTEN("( \\* t\\d+\\._w)+ AS _w", " AS _w", 1014),
  LOST_EXTREME_IS_KEPT(" AS lost", " AND false AS lost", 1116),
  SUM_OF_NULLS_IS_ZERO("\\+ d\\.m(\\d+) AS m", "+ d.n AS m", 1049),
  EMPTY_GROUP_STAYS(" WHERE n > 0", " WHERE n >= 0", 1000),
  KEYS_OF_NEW_ROWS_ONLY("(SELECT DISTINCT .* FROM ivm_\\d+ t)$", "$1 WHERE t._w > 0", 1000),
  OLD_MATCH_STAYS("-_w AS _w FROM \\(", "0 AS _w FROM (", 1007),
  NULL_IN_LIST_IS_NO_MATTER("OR r\\.c\\d+ IS NULL", "", 1094),
  TIME_LETS_NOTHING_OUT(" THEN t\\._w ELSE -t\\._w END", " THEN t._w ELSE 0 END", 1011),
  COPIES_ARE_FORGOTTEN("coalesce\\(s\\.n, 0\\) \\+ d\\._w", "d._w", 1013),
  LOST_MATCH_IS_NOT_SEEN("\\(was = 0\\) <> \\(n = 0\\)", "was = 0 AND n > 0", 1073),
  UNMATCHED_ROW_STAYS("-l\\._w \\* k\\._w", "0", 1015),
  MATCHES_THAT_WENT_COUNT_AS_COME("l\\._w \\* r\\._w", "l._w", 1015),
  KEY_WITHOUT_MATCHES_IS_COUNTED("coalesce\\(s\\.n, 0\\) \\+ d\\.n AS n", "d.n AS n", 1003),
  WENT_COUNTS_AS_CAME("FILTER \\(WHERE t\\._w > 0\\)", "", 1116);

  private final String statement;
  private final String wrong;
  private final long seed;

  PlantedBug(String statement, String wrong, long seed) {
    this.statement = statement;
    this.wrong = wrong;
    this.seed = seed;
  }

  /** One that leads to the bug soon; any other does as well, within 1,500 steps. */
  long seed() {
    return seed;
  }

  @Override
  public String apply(String sql) {
    return sql.replaceAll(statement, wrong);
  }
}
