package io.millrace.warehouse.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Nearest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The tables that a SELECT names.
 *
 * @param tables warehouse tables in FROM and in lookups, each once, sorted
 * @param raw the raw resources in FROM
 */
public record Inputs(List<TableName> tables, List<RawName> raw) {
  private static final String RAW = "raw";

  public Inputs {
    tables = List.copyOf(tables);
    raw = List.copyOf(raw);
  }

  /** A raw resource. */
  public record RawName(String source, String resource) {
    @Override
    public String toString() {
      return RAW + "." + source + "." + resource;
    }
  }

  /**
   * Finds the tables of a SELECT. Names of common table expressions are no tables.
   *
   * @return empty, with problems, when one is unknown or may not be read by this layer
   */
  public static Optional<Inputs> of(Select select, Layer layer, Known known) {
    return new Finder(select, layer, known).find();
  }

  /**
   * The names that exist.
   *
   * @param tables all tables of the warehouse, broken ones too
   * @param raw all raw resources
   * @param broken sources that could not be read, so that any resource may be theirs
   */
  public record Known(Set<TableName> tables, Set<RawName> raw, Set<String> broken) {
    public Known {
      tables = Set.copyOf(tables);
      raw = Set.copyOf(raw);
      broken = Set.copyOf(broken);
    }
  }

  /** The parts of a table's name in FROM, in lower case; one part for common table expressions. */
  static List<String> path(JsonNode baseTable) {
    return Tree.parts(baseTable).stream().map(p -> p.toLowerCase(Locale.ROOT)).toList();
  }

  private static final class Finder {
    private final Select select;
    private final Layer layer;
    private final Known known;
    private final Set<TableName> tables = new HashSet<>();
    private final Set<RawName> raw = new HashSet<>();
    private final Set<String> common = new HashSet<>();
    private boolean failed;

    Finder(Select select, Layer layer, Known known) {
      this.select = select;
      this.layer = layer;
      this.known = known;
    }

    Optional<Inputs> find() {
      List<ObjectNode> objects = Tree.objects(select.node());
      for (ObjectNode node : objects) {
        node.path("cte_map")
            .path("map")
            .forEach(cte -> common.add(cte.path("key").asText().toLowerCase(Locale.ROOT)));
      }
      for (ObjectNode node : objects) {
        if (Tree.isType(node, Tree.BASE_TABLE)) {
          inFrom(node, path(node));
        } else if (LookupCall.isLookup(node) && layer == Layer.DYNAMIC) {
          LookupCall.dimension(node).ifPresent(d -> table(LookupCall.target(node), d));
        }
      }
      if (failed) {
        return Optional.empty();
      }
      return Optional.of(
          new Inputs(
              tables.stream().sorted().toList(),
              raw.stream().sorted(Comparator.comparing(RawName::toString)).toList()));
    }

    private void inFrom(JsonNode node, List<String> path) {
      if (path.size() == 1) {
        if (!common.contains(path.getFirst())) {
          unknown(node, path.getFirst());
        }
      } else if (path.getFirst().equals(RAW)) {
        if (path.size() == 3) {
          raw(node, new RawName(path.get(1), path.get(2)));
        } else {
          unknown(node, String.join(".", path));
        }
      } else if (path.size() == 2) {
        table(node, new TableName(path.getFirst(), path.get(1)));
      } else {
        unknown(node, String.join(".", path));
      }
    }

    private void raw(JsonNode node, RawName name) {
      if (layer != Layer.STAGING) {
        wrongLayer(node, "only staging tables read raw resources");
      } else if (known.raw().contains(name) || known.broken().contains(name.source())) {
        raw.add(name);
      } else {
        unknown(node, name.toString());
      }
    }

    private void table(JsonNode node, TableName name) {
      if (layer == Layer.STAGING) {
        wrongLayer(node, "a staging table reads one raw resource, such as raw.shop.orders");
      } else if (known.tables().contains(name)) {
        tables.add(name);
      } else {
        unknown(node, name.toString());
      }
    }

    private void wrongLayer(JsonNode node, String message) {
      failed = true;
      select.problem(WarehouseError.WH_043_WRONG_LAYER, node, message, Optional.empty());
    }

    private void unknown(JsonNode node, String name) {
      failed = true;
      List<String> legal = new ArrayList<>();
      if (layer == Layer.STAGING) {
        known.raw().forEach(r -> legal.add(r.toString()));
      } else {
        known.tables().forEach(t -> legal.add(t.toString()));
      }
      Optional<String> sameName =
          legal.stream().filter(l -> l.endsWith("." + name)).sorted().findFirst();
      select.problem(
          WarehouseError.WH_035_UNKNOWN_TABLE,
          node,
          "there is no table " + name,
          sameName.map(l -> "did you mean " + l + "?").or(() -> Nearest.hint(name, legal)));
    }
  }
}
