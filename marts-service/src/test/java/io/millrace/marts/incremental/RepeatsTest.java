package io.millrace.marts.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Repeats;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatsTest {
  private static final Ground GROUND = new Ground();

  @BeforeAll
  static void create() {
    GROUND.run(
        "CREATE TABLE staging.a (id BIGINT, k INTEGER, g VARCHAR, v DECIMAL(12,2), x DOUBLE)");
  }

  @AfterAll
  static void close() {
    GROUND.close();
  }

  private static Node root(String query) {
    return ((Algebra.Known) GROUND.algebra(query)).root();
  }

  private static boolean exactly(String query) {
    Node root = root(query);
    return Repeats.exactly(
        root, IntStream.range(0, root.types().size()).boxed().collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id, x FROM staging.a",
        "SELECT k, count(*) AS n, sum(v) AS s, min(g) AS m FROM staging.a GROUP BY k",
        "SELECT k, count(DISTINCT g) AS n, median(v) AS m FROM staging.a GROUP BY k",
        "SELECT n, count(*) AS groups FROM (SELECT k, count(*) AS n FROM staging.a GROUP BY k)"
            + " GROUP BY n"
      })
  void whatIsCountedAndSummedExactlyRepeats(String query) {
    assertThat(exactly(query)).isTrue();
    assertThat(Repeats.closely(root(query))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT sum(x) AS s FROM staging.a GROUP BY k",
        "SELECT k, avg(x) AS s FROM staging.a GROUP BY k",
        "SELECT k, avg(v) AS s, count(*) AS n FROM staging.a GROUP BY k",
        "SELECT k, sum(x) AS s FROM staging.a GROUP BY k HAVING count(*) > 1",
        "SELECT k, sum(x) AS s FROM staging.a GROUP BY k UNION ALL SELECT k, x FROM staging.a"
      })
  void aSumOfFloatingNumbersRepeatsButForItsLastDigits(String query) {
    assertThat(exactly(query)).isFalse();
    assertThat(Repeats.closely(root(query))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT k, arg_max(id, v) AS best FROM staging.a GROUP BY k",
        "SELECT k, mode(g) AS most FROM staging.a GROUP BY k",
        "SELECT id, row_number() OVER (PARTITION BY k ORDER BY v) AS place FROM staging.a",
        "SELECT DISTINCT ON (k) k, id FROM staging.a ORDER BY k, v",
        "SELECT id FROM staging.a ORDER BY v LIMIT 3",
        "SELECT count(*) AS n FROM (SELECT k FROM staging.a GROUP BY k HAVING sum(x) > 0)",
        "SELECT k, round(sum(x), 2) AS s FROM staging.a GROUP BY k",
        "SELECT k, round(avg(v), 2) AS s FROM staging.a GROUP BY k",
        "SELECT s, count(*) AS n FROM (SELECT k, sum(x) AS s FROM staging.a GROUP BY k) GROUP BY s"
      })
  void whatTiesOrLastDigitsDecideDoesNotRepeat(String query) {
    assertThat(exactly(query)).isFalse();
    assertThat(Repeats.closely(root(query))).isFalse();
  }

  @Test
  void aGroupThatLastDigitsLetInDoesNotRepeat() {
    assertThat(Repeats.closely(root("SELECT k FROM staging.a GROUP BY k HAVING sum(x) > 0")))
        .isFalse();
  }

  @Test
  void groupsRepeatWhateverIsComputedOfThem() {
    String sums = "SELECT k, sum(x) AS s, mode(g) AS m FROM staging.a GROUP BY k HAVING sum(x) > 0";
    assertThat(Repeats.exactly(root(sums), Set.of(0))).isTrue();
    assertThat(Repeats.exactly(root(sums), Set.of(0, 1))).isFalse();
    assertThat(
            Repeats.exactly(
                root(
                    "SELECT s, count(*) AS n FROM (SELECT sum(x) AS s FROM staging.a GROUP BY k)"
                        + " GROUP BY s"),
                Set.of(0)))
        .isFalse();
  }
}
