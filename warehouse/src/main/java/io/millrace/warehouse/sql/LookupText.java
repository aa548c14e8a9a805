package io.millrace.warehouse.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * What one lookup becomes, as SQL text with places for its arguments. The cases are asked in this
 * order: not applicable, NULL in the key, bad value or NULL instant, no member.
 *
 * @param target the dimension
 * @param number of the lookup in its SELECT, from 1: part of its columns' names
 * @param call the lookup
 */
record LookupText(LookupTarget target, int number, LookupCall call) {
  /** Begins the places of the key's expressions, which are numbered from 0. */
  static final String KEY = "__arg_k";

  /** The place of the instant. */
  static final String INSTANT = "__arg_t";

  /** The place of the condition under which the dimension does not apply. */
  static final String NOT_APPLICABLE = "__arg_n";

  /** The place of the condition under which the key is bad. */
  static final String BAD_VALUE = "__arg_b";

  private static final int NOT_APPLICABLE_MEMBER = -2;

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
    for (int i = 0; i < target.keys().size(); i++) {
      members.add("d." + Identifiers.quote(target.keys().get(i)) + " AS " + key(i));
      match.add(key(i) + " = " + KEY + i);
    }
    members.add("d.valid_from AS " + prefix() + "from");
    members.add("d.valid_to AS " + prefix() + "to");
    String surrogate = "d." + Identifiers.quote(target.surrogateKey());
    String value =
        call.durable() ? "d." + Identifiers.quote(target.durableKey().orElseThrow()) : surrogate;
    members.add(value + " AS " + prefix() + "sk");
    boolean asOf = call.asOf().isPresent();
    if (asOf) {
      match.add(instant + " >= " + prefix() + "from");
      match.add(instant + " < " + prefix() + "to");
    }
    return "SELECT CASE "
        + cases()
        + "ELSE coalesce("
        + prefix()
        + "sk, "
        + call.policy().ofNoMatch()
        + ") END FROM x LEFT JOIN (SELECT "
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

  private String cases() {
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < target.keys().size(); i++) {
      missing.add(KEY + i + " IS NULL");
    }
    List<String> bad = new ArrayList<>();
    call.badValue().ifPresent(condition -> bad.add(BAD_VALUE));
    call.asOf().ifPresent(at -> bad.add(INSTANT + " IS NULL"));
    StringBuilder cases = new StringBuilder();
    if (call.notApplicable().isPresent()) {
      when(cases, NOT_APPLICABLE, NOT_APPLICABLE_MEMBER);
    }
    when(cases, String.join(" OR ", missing), call.policy().ofNull());
    if (!bad.isEmpty()) {
      when(cases, String.join(" OR ", bad), call.policy().ofBadValue());
    }
    return cases.toString();
  }

  private static void when(StringBuilder cases, String condition, long key) {
    cases.append("WHEN ").append(condition).append(" THEN ").append(key).append(' ');
  }

  private String key(int i) {
    return prefix() + "k" + (i + 1);
  }

  private String prefix() {
    return "__l" + number + "_";
  }
}
