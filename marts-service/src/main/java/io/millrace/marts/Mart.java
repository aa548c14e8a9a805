package io.millrace.marts;

import io.millrace.contracts.TableName;
import io.millrace.marts.refresh.FullRefresh;
import io.millrace.marts.refresh.Refresh;
import io.millrace.shard.Lineage;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.DynamicTable;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A dynamic table as the rounds see it.
 *
 * @param definition its statement
 * @param table its rows
 * @param refresh how it is brought to a cut
 * @param sources the sources that it is made from
 * @param period P, in seconds
 */
record Mart(
    DynamicTable definition,
    WrittenTable table,
    Refresh refresh,
    Set<String> sources,
    long period) {

  static Mart open(Shard shard, DynamicTable definition) {
    WrittenTable table = WrittenTable.open(shard, definition, Optional.empty());
    return new Mart(
        definition,
        table,
        new FullRefresh(shard.duck(), definition, table),
        Lineage.sources(shard.around().warehouse(), definition.name()),
        RoundCuts.period(Lineage.effectiveLag(shard.around().warehouse(), definition)));
  }

  TableName name() {
    return definition.name();
  }

  List<TableName> inputs() {
    return definition.inputs();
  }
}
