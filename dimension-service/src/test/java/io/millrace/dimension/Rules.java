package io.millrace.dimension;

import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import java.util.ArrayList;
import java.util.List;

/**
 * What a dimension of the tests declares.
 *
 * @param ignoreNulls whether NULL says nothing
 * @param ties whether SEQUENCE BY has a second column
 */
record Rules(ScdType type, OnDelete action, boolean ignoreNulls, boolean ties) {

  static Rules of(ScdType type) {
    return new Rules(type, OnDelete.CLOSE, false, false);
  }

  /** Every type with every action; NULLs and ties in turn. */
  static List<Rules> all() {
    List<Rules> all = new ArrayList<>();
    List<ScdType> types = List.of(ScdType.values());
    List<OnDelete> actions = List.of(OnDelete.values());
    for (ScdType type : types) {
      for (OnDelete action : actions) {
        int turn = types.indexOf(type) + actions.indexOf(action);
        all.add(new Rules(type, action, turn % 2 == 1, turn % 4 > 1));
      }
    }
    return all;
  }

  /** The clauses behind the name. */
  String clauses() {
    return "STORED AS SCD "
        + type.name().replace('_', ' ')
        + (ties ? " SEQUENCE BY (updated_at, tie)" : " SEQUENCE BY updated_at")
        + (type.hasVersions() ? " TRACK HISTORY ON (segment)" : "")
        + (type == ScdType.TYPE_3 ? " PREVIOUS VALUES (segment)" : "")
        + (ignoreNulls ? " IGNORE NULL UPDATES" : "")
        + " APPLY AS DELETE WHEN (op = 'd') "
        + action.name();
  }
}
