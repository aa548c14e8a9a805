package io.millrace.shard;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.Table;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tables of this service, whichever of its instances keeps them: any instance takes an order,
 * for the cut log carries it to the one that does. Safe for all threads.
 */
@ApplicationScoped
public class ServedTables {
  private volatile Map<String, Table> byName = Map.of();

  void are(Collection<Table> tables) {
    byName = tables.stream().collect(Collectors.toMap(t -> t.name().toString(), t -> t));
  }

  /** Whether the service has this table, schema.name. */
  public boolean has(String table) {
    return byName.containsKey(table);
  }

  /** Its statement, as the folder says it. */
  public Optional<Table> table(TableName table) {
    return Optional.ofNullable(byName.get(table.toString()));
  }
}
