package io.millrace.system.line;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A warehouse of a hundred dynamic tables, five deep, with a target lag of 30 s: the sources,
 * staging tables and dimension of the protocol tests, and generated marts. Those of the first level
 * read staging tables and the dimension, each further one two tables of the level above.
 */
final class HundredTables {
  private static final Path PROTOCOL = Path.of("src/test/resources/protocol").toAbsolutePath();
  private static final int[] LEVELS = {40, 25, 15, 12, 8};
  private static final String KEY = "customer_key";

  private HundredTables() {}

  /** Writes the warehouse folder. */
  static void write(Path folder) throws IOException {
    for (String part : List.of("sources", "staging", "dimensions")) {
      copy(PROTOCOL.resolve(part), folder.resolve(part));
    }
    Files.copy(PROTOCOL.resolve("warehouse.yml"), folder.resolve("warehouse.yml"));
    Path marts = Files.createDirectories(folder.resolve("marts"));
    List<String> above = List.of();
    for (int level = 0; level < LEVELS.length; level++) {
      List<String> own = new ArrayList<>();
      for (int i = 0; i < LEVELS[level]; i++) {
        String name = "l%d_%02d".formatted(level, i);
        String query =
            level == 0
                ? first(i)
                : further(level, i, above.get(i), above.get((i * 7 + 3) % above.size()));
        Files.writeString(
            marts.resolve(name + ".sql"),
            "CREATE DYNAMIC TABLE marts.%s TARGET_LAG = '30 seconds' KEYS (%s) AS %s"
                .formatted(name, KEY, query));
        own.add(name);
      }
      above = own;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  /** A row a customer, of some of the orders: sums, extremes, the dimension, who has none. */
  private static String first(int i) {
    return switch (i % 4) {
      case 0 ->
          "SELECT customer_key, count(*) AS n, sum(total_price) AS v FROM staging.orders WHERE order_key %% 10 <> %d GROUP BY customer_key"
              .formatted(i / 4);
      case 1 ->
          "SELECT customer_key, count(*) AS n, max(total_price) AS v FROM staging.orders WHERE order_key %% 10 <> %d GROUP BY customer_key"
              .formatted(i / 4);
      case 2 ->
          "SELECT o.customer_key, count(*) AS n, sum(o.total_price + c.phone_country) AS v FROM staging.orders o JOIN staging.customer c ON c.customer_key = o.customer_key WHERE o.order_key %% 10 <> %d GROUP BY o.customer_key"
              .formatted(i / 4);
      default ->
          "SELECT c.customer_key, count(o.order_key) AS n, sum(o.total_price) AS v FROM staging.customer c LEFT JOIN staging.orders o ON o.customer_key = c.customer_key AND o.order_key %% 10 <> %d GROUP BY c.customer_key"
              .formatted(i / 4);
    };
  }

  private static String further(int level, int i, String one, String other) {
    String joined = (level + i) % 3 == 0 ? "LEFT JOIN" : "JOIN";
    return "SELECT a.customer_key, a.n, CAST(a.v + coalesce(b.v, 0) AS DECIMAL(38, 4)) AS v FROM marts.%s a %s marts.%s b ON b.customer_key = a.customer_key"
        .formatted(one, joined, other);
  }
}
