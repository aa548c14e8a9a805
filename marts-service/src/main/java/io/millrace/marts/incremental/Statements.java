package io.millrace.marts.incremental;

import io.millrace.lake.Sql;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Runs the statements of a view and gives names to what they make. Temporary tables live until
 * {@link #dropTemporary}. One thread.
 */
final class Statements {
  private final Connection duck;
  private final UnaryOperator<String> edit;
  private final List<String> temporary = new ArrayList<>();

  /**
   * For one connection.
   *
   * @param edit applied to each statement; tests plant bugs with it
   */
  Statements(Connection duck, UnaryOperator<String> edit) {
    this.duck = duck;
    this.edit = edit;
  }

  void run(String sql) {
    Sql.run(duck, edit.apply(sql));
  }

  long number(String sql) {
    return Sql.number(duck, edit.apply(sql));
  }

  /** Makes a temporary table of a query and gives its name. */
  String temporary(String query) {
    String name = "ivm_" + temporary.size();
    run("CREATE OR REPLACE TEMP TABLE " + name + " AS " + query);
    temporary.add(name);
    return name;
  }

  /** Makes a consolidated Z-set of one that is not; gives its name, empty if nothing remains. */
  Optional<String> consolidated(int width, String query) {
    String name =
        temporary(
            "SELECT %s, sum(_w)::BIGINT AS _w FROM %s GROUP BY ALL HAVING sum(_w) <> 0"
                .formatted(Names.columns(width), query.contains(" ") ? "(" + query + ")" : query));
    return number("SELECT count(*) FROM " + name) == 0 ? Optional.empty() : Optional.of(name);
  }

  void dropTemporary() {
    temporary.forEach(name -> Sql.run(duck, "DROP TABLE IF EXISTS temp.main." + name));
    temporary.clear();
  }
}
