package io.millrace.marts.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Node;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NarrowingTest {
  private static final Ground GROUND = new Ground();

  @BeforeAll
  static void create() {
    GROUND.run("CREATE TABLE staging.a (id BIGINT, k INTEGER, g VARCHAR)");
    GROUND.run("CREATE TABLE staging.b (id BIGINT, k INTEGER, g VARCHAR, v DOUBLE, w DOUBLE)");
  }

  @AfterAll
  static void close() {
    GROUND.close();
  }

  @ParameterizedTest
  @CsvSource({
    "EXISTS (SELECT * FROM staging.b WHERE b.k = a.k), k",
    "EXISTS (SELECT * FROM staging.b WHERE b.k = a.k AND b.v < b.w), k v w",
    "k IN (SELECT k FROM (SELECT * FROM staging.b) WHERE v > 1), k v",
    "k NOT IN (SELECT k FROM (SELECT * FROM staging.b) WHERE v > 1), k v"
  })
  void onlyWhatAMatchComparesIsRead(String condition, String columns) {
    Node root =
        ((Algebra.Known) GROUND.algebra("SELECT id, g FROM staging.a WHERE " + condition)).root();
    List<List<String>> read =
        root.all().stream()
            .filter(n -> n instanceof Node.Scan s && s.table().name().equals("b"))
            .map(n -> ((Node.Scan) n).columns().stream().sorted().toList())
            .toList();
    assertThat(read).containsExactly(List.of(columns.split(" ", -1)));
  }
}
