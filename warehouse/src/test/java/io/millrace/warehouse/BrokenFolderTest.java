package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.WarehouseFolder.Reading;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.raw.RawSchemas;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the corpus {@code broken-folders.txt}: each case is a good folder with some files replaced,
 * and the problems expected of it, all of them.
 */
class BrokenFolderTest {
  private static final Map<String, RowSchema> RAW =
      Map.of(
          "shop.orders",
          ShopSchemas.table(
              "id",
              "id BIGINT, customer_id BIGINT, amount DECIMAL(12;2), status VARCHAR,"
                  + " created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ"),
          "shop.customers",
          ShopSchemas.table(
              "id", "id BIGINT, name VARCHAR, email VARCHAR, opens TIME, updated_at TIMESTAMPTZ"),
          "shop.log",
          ShopSchemas.table("", "at TIMESTAMPTZ, line VARCHAR"));

  @TempDir Path temp;

  private record Case(String name, List<String> expected, Map<String, String> files) {}

  @TestFactory
  Stream<DynamicTest> namesEveryProblemWithItsPlace() throws IOException {
    List<Case> cases = read();
    Case good = cases.getFirst();
    return cases.stream()
        .map(c ->
            DynamicTest.dynamicTest(
                c.name(), () -> assertThat(problems(good, c)).isEqualTo(c.expected())));
  }

  private List<String> problems(Case good, Case broken) throws IOException {
    Path folder = Files.createTempDirectory(temp, "case");
    Map<String, String> files = new LinkedHashMap<>(good.files());
    files.putAll(broken.files());
    for (Map.Entry<String, String> file : files.entrySet()) {
      if (!file.getValue().strip().equals("(absent)")) {
        Path path = folder.resolve(file.getKey());
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Files.writeString(path, file.getValue());
      }
    }
    RawSchemas schemas =
        (source, resource) -> Optional.ofNullable(RAW.get(source + "." + resource));
    Validation validation =
        WarehouseFolder.read(folder, schemas, new Reading(Map.of("SET", "value"), false));
    List<String> lines = validation.problems().stream().map(Problem::toString).toList();
    assertThat(validation.warehouse().isPresent()).isEqualTo(lines.isEmpty());
    return lines.stream().map(l -> l.replace(folder.toString(), "FOLDER")).toList();
  }

  /** Cases begin with {@code ===}, expected problems with {@code >}, files with {@code ---}. */
  private static List<Case> read() throws IOException {
    List<Case> cases = new ArrayList<>();
    String file = "";
    for (String line : text().split("\n", -1)) {
      if (line.startsWith("=== ")) {
        cases.add(new Case(line.substring(4), new ArrayList<>(), new LinkedHashMap<>()));
      } else if (line.startsWith("> ")) {
        cases.getLast().expected().add(line.substring(2));
      } else if (line.startsWith("--- ")) {
        file = line.substring(4);
        cases.getLast().files().put(file, "");
      } else if (!cases.isEmpty() && !file.isEmpty()) {
        cases.getLast().files().merge(file, line + "\n", String::concat);
      }
    }
    return cases;
  }

  private static String text() throws IOException {
    try (InputStream in = BrokenFolderTest.class.getResourceAsStream("/broken-folders.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
