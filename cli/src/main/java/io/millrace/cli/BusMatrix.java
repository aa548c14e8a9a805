package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.DynamicTable;
import io.millrace.warehouse.DynamicTable.Lookup;
import io.millrace.warehouse.Fact;
import io.millrace.warehouse.Warehouse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which fact uses which dimension, and in which roles.
 *
 * @param facts dynamic tables that look something up or say FACT, in the warehouse's order
 * @param dimensions all of the warehouse, also those that no fact uses
 */
record BusMatrix(List<DynamicTable> facts, List<TableName> dimensions) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Stands for a lookup that is no column by itself. */
  private static final String WITHIN = "x";

  static BusMatrix of(Warehouse warehouse) {
    return new BusMatrix(
        warehouse.dynamicTables().stream()
            .filter(t -> !t.lookups().isEmpty() || t.fact().isPresent())
            .toList(),
        warehouse.dimensions().stream().map(Dimension::name).toList());
  }

  /** Facts below each other, dimensions side by side; a cell names the columns of the fact. */
  List<String> lines() {
    List<String> heading = new ArrayList<>(List.of("fact", "kind", "grain"));
    dimensions.forEach(d -> heading.add(d.toString()));
    TextTable text = new TextTable(heading, List.of());
    for (DynamicTable fact : facts) {
      List<String> row =
          new ArrayList<>(
              List.of(fact.name().toString(), kind(fact), String.join(", ", fact.schema().key())));
      dimensions.forEach(d -> row.add(String.join(", ", roles(fact, d))));
      text.row(row);
    }
    return text.lines();
  }

  /** The same, with an object a fact. */
  String json() throws JsonProcessingException {
    ObjectNode answer = JSON.createObjectNode();
    dimensions.forEach(d -> answer.withArray("dimensions").add(d.toString()));
    for (DynamicTable fact : facts) {
      ObjectNode node = answer.withArray("facts").addObject();
      node.put("fact", fact.name().toString());
      node.put("kind", kind(fact));
      fact.schema().key().forEach(node.withArray("grain")::add);
      for (Lookup lookup : fact.lookups().stream().distinct().toList()) {
        ObjectNode use = node.withArray("lookups").addObject();
        use.put("dimension", lookup.dimension().toString());
        use.put("column", lookup.column().orElse(null));
        use.put("as_of", lookup.asOf());
        use.put("on_null", lookup.policy().onNull().name());
        use.put("on_bad_value", lookup.policy().onBadValue().name());
        use.put("on_no_match", lookup.policy().onNoMatch().name());
      }
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
  }

  private static List<String> roles(DynamicTable fact, TableName dimension) {
    return fact.lookups().stream()
        .filter(l -> l.dimension().equals(dimension))
        .map(l -> l.column().orElse(WITHIN))
        .distinct()
        .collect(Collectors.toList());
  }

  private static String kind(DynamicTable table) {
    return table
        .fact()
        .map(fact ->
            switch (fact) {
              case Fact.Transaction _ -> "transaction";
              case Fact.PeriodicSnapshot _ -> "periodic snapshot";
              case Fact.AccumulatingSnapshot _ -> "accumulating snapshot";
            })
        .orElse("");
  }
}
