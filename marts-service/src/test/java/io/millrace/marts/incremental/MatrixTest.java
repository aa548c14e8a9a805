package io.millrace.marts.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Block;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Reason;
import io.millrace.warehouse.algebra.Strategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The published matrix, docs/DYNAMIC_TABLES.md, says what the code does: each row is a test. */
class MatrixTest {
  private static final Path PAGE = Path.of("../docs/DYNAMIC_TABLES.md");
  private static final Pattern ROW =
      Pattern.compile("\\| ([^|]+) \\| `([^|]+)` \\| (DELTA|KEYS|FULL) \\| ([A-Z_]+) \\|");
  private static final Lookups LOOKUPS = new Lookups();
  private static final Ground GROUND = new Ground();

  /** A row of the page. */
  record Row(String construct, String example, Strategy strategy, Reason reason) {
    @Override
    public String toString() {
      return construct;
    }
  }

  @AfterAll
  static void close() {
    GROUND.close();
  }

  static Stream<Row> rows() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .map(ROW::matcher)
        .filter(m -> m.matches())
        .map(m ->
            new Row(
                m.group(1), m.group(2), Strategy.valueOf(m.group(3)), Reason.valueOf(m.group(4))));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aConstructIsKeptAsThePageSays(Row row) {
    String query = row.example().contains("lookup(") ? LOOKUPS.sql(row.example()) : row.example();
    DifferentialFuzz fuzz = new DifferentialFuzz(sql -> sql, LOOKUPS);
    fuzz.createTables(GROUND, row.construct().hashCode());
    switch (GROUND.algebra(query)) {
      case Algebra.Known(Node root) -> {
        Block dearest =
            Block.of(root)
                .all()
                .max(
                    Comparator.comparing(Block::strategy)
                        .thenComparing(b -> b.reason() != Reason.ALGEBRA))
                .orElseThrow();
        assertThat(dearest.strategy()).isEqualTo(row.strategy());
        assertThat(dearest.reason()).isEqualTo(row.reason());
        for (int seed = 0; seed < 3; seed++) {
          assertThat(fuzz.query(GROUND, seed, query)).isEmpty();
        }
      }
      case Algebra.Unknown(Reason reason, String construct) -> {
        assertThat(row.strategy()).as(construct).isEqualTo(Strategy.FULL);
        assertThat(reason).as(construct).isEqualTo(row.reason());
      }
    }
  }

  @Test
  void everyReasonIsOnThePage() throws IOException {
    String page = Files.readString(PAGE);
    Set<String> named =
        rows().map(r -> r.reason().name()).collect(Collectors.toCollection(java.util.TreeSet::new));
    List<String> missing =
        Arrays.stream(Reason.values())
            .map(Reason::name)
            .filter(r -> !named.contains(r) && !page.contains("`" + r + "`"))
            .toList();
    assertThat(missing).isEmpty();
  }
}
