package io.millrace.marts.control;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import io.millrace.marts.control.Orders.Altered;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.Property;
import io.millrace.warehouse.Warehouse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The warehouse as operators have altered it. An order holds over what the folder said when it was
 * given: once the folder says something else, that is newer, and the order is over. So what holds
 * follows from the folder and the cut log, on every instance and after every restart. One thread.
 */
public final class Alterations {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");

  private final Warehouse folder;
  private final Orders orders;
  private final Map<TableName, List<Alteration>> holding = new HashMap<>();
  private Warehouse warehouse;

  /**
   * What the folder says alone, until {@link #follow}.
   *
   * @param orders followed by the caller
   */
  public Alterations(Warehouse folder, Orders orders) {
    this.folder = folder;
    this.orders = orders;
    this.warehouse = folder;
  }

  /**
   * An order that holds.
   *
   * @param property its name
   * @param folder its value by the folder; empty: none
   * @param value its value by the order
   * @param cut the order's
   */
  public record Alteration(String property, String folder, String value, long cut) {}

  /** Takes in the orders that were followed since the last call. */
  public void follow() {
    holding.clear();
    List<DynamicTable> altered = new ArrayList<>();
    for (DynamicTable table : folder.dynamicTables()) {
      DynamicTable now = table;
      for (Map.Entry<String, Altered> order : orders.altered(table.name()).entrySet()) {
        now = altered(table, now, order.getKey(), order.getValue());
      }
      if (holding.containsKey(table.name())) {
        altered.add(now);
      }
    }
    warehouse = folder.with(altered);
  }

  private DynamicTable altered(DynamicTable said, DynamicTable now, String name, Altered order) {
    Optional<Property> property = Property.named(name);
    String value = order.setting().value();
    if (property.isEmpty()
        || value == null
        || !property.get().of(said).equals(order.setting().over())) {
      return now;
    }
    try {
      DynamicTable set = property.get().set(now, value);
      holding
          .computeIfAbsent(said.name(), t -> new ArrayList<>())
          .add(new Alteration(name, order.setting().over(), property.get().of(set), order.cut()));
      return set;
    } catch (MillraceException e) {
      LOG.warnf("the order of cut %d does not hold: %s", order.cut(), e.getMessage());
      return now;
    }
  }

  /** What holds now. */
  public Warehouse warehouse() {
    return warehouse;
  }

  /** The orders that hold of a table, by property. */
  public List<Alteration> of(TableName table) {
    return List.copyOf(holding.getOrDefault(table, List.of()));
  }
}
