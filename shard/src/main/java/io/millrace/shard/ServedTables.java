package io.millrace.shard;

import io.millrace.warehouse.Table;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tables of this service, whichever of its instances keeps them: any instance takes an order,
 * for the cut log carries it to the one that does. Safe for all threads.
 */
@ApplicationScoped
public class ServedTables {
  private volatile Set<String> names = Set.of();

  void are(Collection<Table> tables) {
    names = tables.stream().map(t -> t.name().toString()).collect(Collectors.toSet());
  }

  /** Whether the service has this table, schema.name. */
  public boolean has(String table) {
    return names.contains(table);
  }
}
