package io.millrace.warehouse.source;

import io.millrace.warehouse.source.CdcSource.CdcTable;
import io.millrace.warehouse.source.CdcSource.Engine;
import io.millrace.warehouse.yaml.Shape;
import io.millrace.warehouse.yaml.YamlObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/** Reads a source of kind cdc. */
final class CdcYaml {
  static final Shape SOURCE =
      new Shape(
          "cdc",
          "kind",
          "engine",
          "host",
          "port",
          "database",
          "user",
          "password",
          "slot",
          "publication",
          "tables",
          "debezium");
  static final Shape TABLE = new Shape("cdc-table", "table", "resource");

  private static final int POSTGRES_NAME_MAX = 63;

  private CdcYaml() {}

  static CdcSource read(YamlObject root, String name, String prefix) {
    root.require("engine");
    root.require("password");
    root.require("tables");
    String slot = slotName(prefix, name);
    SequencedMap<String, Engine> engines = new LinkedHashMap<>();
    engines.put("postgres", Engine.POSTGRES);
    return new CdcSource(
        name,
        root.choice("engine", engines).orElse(Engine.POSTGRES),
        root.requiredText("host"),
        root.number("port", 1, 65_535).orElse(5432L).intValue(),
        root.requiredText("database"),
        root.requiredText("user"),
        SourceYaml.secret(root, "password").orElse(new Secret("")),
        root.text("slot").orElse(slot),
        root.text("publication").orElse(slot),
        tables(root),
        root.textMap("debezium"));
  }

  private static List<CdcTable> tables(YamlObject root) {
    List<CdcTable> tables = new ArrayList<>();
    List<String> taken = new ArrayList<>();
    for (YamlObject item : root.objects("tables", TABLE, "table")) {
      String table = item.requiredText("table");
      int dot = table.indexOf('.');
      String plain = table.substring(dot + 1);
      String resource = item.text("resource").orElse(plain);
      SourceYaml.checkName(
          item,
          item.has("resource") ? "resource" : "table",
          resource,
          taken,
          Optional.of("name it anew: {table: " + table + ", resource: NAME}"));
      taken.add(resource);
      tables.add(new CdcTable(resource, dot < 0 ? "public" : table.substring(0, dot), plain));
    }
    return tables;
  }

  private static String slotName(String prefix, String name) {
    String slot =
        ("millrace_" + prefix + "_" + name).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    return slot.substring(0, Math.min(slot.length(), POSTGRES_NAME_MAX));
  }
}
