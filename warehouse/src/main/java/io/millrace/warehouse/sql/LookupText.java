package io.millrace.warehouse.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * What one lookup becomes, as SQL text with places for its arguments.
 *
 * @param target the dimension
 * @param number of the lookup in its SELECT, from 1: part of its columns' names
 * @param asOf whether an instant is given
 */
record LookupText(LookupTarget target, int number, boolean asOf) {
  /** Begins the places of the key's expressions, which are numbered from 0. */
  static final String KEY = "__arg_k";

  /** The place of the instant. */
  static final String INSTANT = "__arg_t";

  /** Names of the joined columns. */
  List<String> columns() {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < target.keys().size(); i++) {
      columns.add(key(i));
    }
    columns.addAll(List.of(prefix() + "from", prefix() + "to", prefix() + "sk"));
    return columns;
  }

  /** {@code SELECT <value> FROM x LEFT JOIN <members> ON <match>}. */
  String sql() {
    // Reads DATE and TIMESTAMP as UTC in every session time zone, and TIMESTAMPTZ exactly.
    String instant = "make_timestamptz(epoch_us(" + INSTANT + "))";
    List<String> members = new ArrayList<>();
    List<String> match = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < target.keys().size(); i++) {
      members.add("d." + Identifiers.quote(target.keys().get(i)) + " AS " + key(i));
      match.add(key(i) + " = " + KEY + i);
      missing.add(KEY + i + " IS NULL");
    }
    members.add("d.valid_from AS " + prefix() + "from");
    members.add("d.valid_to AS " + prefix() + "to");
    String surrogate = "d." + Identifiers.quote(target.surrogateKey());
    members.add(surrogate + " AS " + prefix() + "sk");
    if (asOf) {
      match.add(instant + " >= " + prefix() + "from");
      match.add(instant + " < " + prefix() + "to");
    }
    return "SELECT CASE WHEN "
        + String.join(" OR ", missing)
        + " THEN -1"
        + (asOf ? " WHEN " + INSTANT + " IS NULL THEN -4" : "")
        + " ELSE coalesce("
        + prefix()
        + "sk, -3) END FROM x LEFT JOIN (SELECT "
        + String.join(", ", members)
        + " FROM "
        + Identifiers.quote(target.dimension())
        + " AS d WHERE "
        + surrogate
        + " > 0"
        + (asOf ? "" : " AND d.is_current")
        + ") AS __l"
        + number
        + " ON ("
        + String.join(" AND ", match)
        + ")";
  }

  private String key(int i) {
    return prefix() + "k" + (i + 1);
  }

  private String prefix() {
    return "__l" + number + "_";
  }
}
