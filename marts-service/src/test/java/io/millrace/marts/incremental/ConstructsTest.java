package io.millrace.marts.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Constructs that the random queries lack, and values that are equal and not the same: each query
 * of {@code constructs.sql} is kept over batches of changes and compared with itself run anew. How
 * it is kept is {@link MatrixTest}'s matter; here it is only never wrong. Without {@code
 * -Dconstructs.seeds}, a quarter of them, another one at each run.
 */
class ConstructsTest {
  private static final int SEEDS = Integer.getInteger("constructs.seeds", 0);
  private static final int SHARES = 4;
  private static final Lookups LOOKUPS = new Lookups();
  private static final Ground GROUND = new Ground();

  @AfterAll
  static void close() {
    GROUND.close();
  }

  static Stream<String> queries() {
    try (InputStream file = ConstructsTest.class.getResourceAsStream("constructs.sql")) {
      String text = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
      List<String> lines = text.lines().filter(l -> !l.startsWith("--")).toList();
      List<String> queries =
          Stream.of(String.join("\n", lines).split(";\\s*")).map(String::strip).toList();
      int share = SEEDS > 0 ? 0 : ThreadLocalRandom.current().nextInt(SHARES);
      return IntStream.range(0, queries.size())
          .filter(i -> SEEDS > 0 || i % SHARES == share)
          .mapToObj(queries::get);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("queries")
  void aConstructIsKeptAsItsQueryGivesIt(String query) {
    DifferentialFuzz fuzz = new DifferentialFuzz(sql -> sql, LOOKUPS);
    for (int seed = 0; seed < Math.max(1, SEEDS); seed++) {
      fuzz.createTables(GROUND, seed);
      assertThat(fuzz.query(GROUND, seed, query)).isEmpty();
    }
  }
}
