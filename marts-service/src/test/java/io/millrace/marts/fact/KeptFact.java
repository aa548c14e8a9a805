package io.millrace.marts.fact;

import io.millrace.contracts.TableName;
import io.millrace.lake.RowDiff;
import io.millrace.marts.refresh.IncrementalRefresh;
import io.millrace.marts.refresh.Refresh;
import io.millrace.marts.refresh.Target;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.algebra.Algebra;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** marts.sales of {@link Facts}, brought on by the changes of its inputs as rounds do it. */
final class KeptFact {
  private final Facts facts;
  private final IncrementalRefresh refresh;
  private final Map<TableName, String> changes = new HashMap<>();
  private long cut;

  KeptFact(Facts facts) {
    this.facts = facts;
    DynamicTable fact = facts.fact();
    Algebra.Known known = (Algebra.Known) fact.algebra();
    this.refresh =
        new IncrementalRefresh(
            facts.duck(),
            new Target(
                fact,
                () -> "marts.sales",
                () -> new RowDiff(fact.name(), fact.schema(), fact.schema(), fact.schema().key())),
            known.root());
  }

  /** Changes an input by a Z-set: its columns and {@code _weight}. */
  void change(String table, String signed) {
    TableName name = TableName.parse(table);
    String net = "net_" + name.name();
    facts.run("CREATE OR REPLACE TEMP TABLE %s AS %s".formatted(net, signed));
    facts.run(
        "CREATE OR REPLACE TABLE %1$s AS SELECT * EXCLUDE (_weight) FROM (SELECT * FROM %1$s, (SELECT 1 AS _weight) UNION ALL FROM %2$s) GROUP BY ALL HAVING sum(_weight) > 0"
            .formatted(table, net));
    changes.put(name, net);
  }

  /** Brings the fact to its inputs and applies what came of it. */
  Refresh.Outcome bring() {
    cut++;
    Refresh.Outcome outcome =
        refresh.refresh(
            new Refresh.Task(
                cut,
                Instant.EPOCH,
                changes.keySet(),
                TableName::toString,
                input -> Optional.ofNullable(changes.get(input))));
    if (!outcome.changes().none()) {
      apply(outcome.changes().relation());
    }
    refresh.committed();
    changes.clear();
    return outcome;
  }

  private void apply(String relation) {
    facts.run(
        "DELETE FROM marts.sales WHERE __row IN (SELECT __row FROM %s WHERE __row IS NOT NULL)"
            .formatted(relation));
    facts.run(
        "INSERT INTO marts.sales BY NAME SELECT * EXCLUDE (_change_type, __mirrored) REPLACE ('f' AS __file, %d + row_number() OVER () AS __row) FROM %s WHERE _change_type IN ('insert', 'update_postimage')"
            .formatted(cut * 1_000_000, relation));
  }
}
