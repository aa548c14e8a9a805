package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RowDiffTest extends LakeFixture {
  private static final RowSchema KEYED =
      new RowSchema(
          List.of(
              new Column("k", Simple.INTEGER, true),
              new Column("part", Simple.VARCHAR, true),
              new Column("x", Simple.DOUBLE, true)),
          List.of("k", "part"));

  private RowDiff.Changes diff(RowSchema schema, String mirror, String wanted) {
    mirror(mirror);
    return new RowDiff(NAME, schema, schema, schema.key())
        .into(duck, "changes", "mirror", "(FROM (VALUES " + wanted + ") t(k, part, x))");
  }

  private void mirror(String values) {
    Sql.run(
        duck,
        "CREATE OR REPLACE TABLE mirror AS SELECT k::INTEGER AS k, part, x::DOUBLE AS x, 3 AS"
            + " __file, (row_number() OVER () - 1)::BIGINT AS __row FROM (VALUES "
            + values
            + ") t(k, part, x)");
  }

  private List<String> changes() {
    return strings("SELECT _change_type, k, part, x, __file, __row FROM changes");
  }

  @Test
  void yieldsNothingForRowsThatAreThere() {
    String rows =
        "(1, 'a', 1.5), (NULL, 'a', NULL), (2, NULL, 'NaN'::DOUBLE), (3, 'b', 'Infinity'::DOUBLE),"
            + " (4, 'c', -0.0)";
    assertThat(diff(KEYED, rows, rows.replace("-0.0", "0.0")).none()).isTrue();
  }

  @Test
  void joinsNullKeysAndTellsImagesApart() {
    diff(
        KEYED,
        "(NULL, 'a', 1), (NULL, NULL, 2), (1, 'a', 3)",
        "(NULL, 'a', 1.5), (1, 'a', NULL), (1, NULL, 4)");
    assertThat(changes())
        .containsExactly(
            "delete|null|null|2.0|3|1",
            "insert|1|null|4.0|null|null",
            "update_postimage|1|a|null|null|null",
            "update_postimage|null|a|1.5|null|null",
            "update_preimage|1|a|3.0|3|2",
            "update_preimage|null|a|1.0|3|0");
  }

  @Test
  void takesFloatingNumbersForEqualWithinATrifle() {
    assertThat(diff(KEYED, "(1, 'a', 1e10)", "(1, 'a', 1e10 + 1)").none()).isTrue();
    assertThat(diff(KEYED, "(1, 'a', 1.0)", "(1, 'a', 1.00000001)").updates()).isOne();
    assertThat(diff(KEYED, "(1, 'a', 0.0)", "(1, 'a', 1e-300)").updates()).isOne();
    for (String odd : List.of("'NaN'::DOUBLE", "'Infinity'::DOUBLE", "NULL")) {
      assertThat(diff(KEYED, "(1, 'a', 5.0)", "(1, 'a', " + odd + ")").updates()).isOne();
      assertThat(diff(KEYED, "(1, 'a', " + odd + ")", "(1, 'a', 5.0)").updates()).isOne();
    }
    assertThat(
            diff(KEYED, "(1, 'a', 'Infinity'::DOUBLE)", "(1, 'a', '-Infinity'::DOUBLE)").updates())
        .isOne();
  }

  @Test
  void countsTheRowsOfABag() {
    RowSchema bag = new RowSchema(KEYED.columns(), List.of());
    RowDiff.Changes changes =
        diff(
            bag,
            "(1, 'a', 1), (1, 'a', 1), (1, 'a', 1), (2, NULL, NULL)",
            "(1, 'a', 1), (2, NULL, NULL), (2, NULL, NULL), (3, 'c', 3)");
    assertThat(changes).extracting("inserts", "updates", "deletes").containsExactly(2L, 0L, 2L);
    assertThat(strings("SELECT _change_type, k, __file IS NULL FROM changes"))
        .containsExactly("delete|1|false", "delete|1|false", "insert|2|true", "insert|3|true");
    assertThat(Sql.number(duck, "SELECT count(DISTINCT __row) FROM changes")).isEqualTo(2);
  }

  @Test
  void takesFloatingNumbersOfABagForEqualWithinATrifle() {
    RowSchema bag = new RowSchema(KEYED.columns(), List.of());
    String rows =
        "(1, 'a', 1e10), (1, 'a', 2e10), (1, 'a', 2e10), (2, NULL, 'NaN'::DOUBLE), (3, 'b', NULL)";
    assertThat(diff(bag, rows, rows.replace("2e10)", "2e10 + 1)")).none()).isTrue();
    RowDiff.Changes changes =
        diff(bag, rows, "(1, 'a', 1e10 + 1), (1, 'a', 2e10 - 1), (2, NULL, 5.0), (3, 'b', NULL)");
    assertThat(changes).extracting("inserts", "updates", "deletes").containsExactly(1L, 0L, 2L);
    assertThat(strings("SELECT _change_type, k, x FROM changes"))
        .containsExactly("delete|1|2.0E10", "delete|2|NaN", "insert|2|5.0");
  }

  @Test
  void takesTheOnlyNumberOfABagForEqualWithinATrifle() {
    RowSchema bag = new RowSchema(List.of(new Column("x", Simple.DOUBLE, true)), List.of());
    mirror("(1, 'a', 1e10), (1, 'a', 3.0)");
    RowDiff.Changes changes =
        new RowDiff(NAME, bag, bag, List.of())
            .into(duck, "changes", "mirror", "(FROM (VALUES (1e10 + 1), (4.0)) t(x))");
    assertThat(changes).extracting("inserts", "updates", "deletes").containsExactly(1L, 0L, 1L);
  }

  @Test
  void leavesRowsOutOfScopeAlone() {
    mirror("(1, 'a', 1), (2, 'a', 2), (3, NULL, 3), (4, 'b', 4)");
    Sql.run(duck, "CREATE TEMP TABLE scope AS FROM (VALUES ('a'), (NULL)) t(part)");
    RowDiff.Changes changes =
        new RowDiff(NAME, KEYED, KEYED, List.of("k"))
            .into(
                duck,
                "changes",
                "mirror",
                "(SELECT 1 AS k, 'a' AS part, 9 AS x)",
                new RowDiff.Scope("scope", List.of("part")));
    assertThat(changes).extracting("inserts", "updates", "deletes").containsExactly(0L, 1L, 2L);
    assertThat(strings("SELECT k FROM changes WHERE _change_type = 'delete'"))
        .containsExactly("2", "3");
  }

  @Test
  void findsTheSameRowsInAScopeWithoutNull() {
    mirror("(1, 'a', 1), (2, 'b', 2), (NULL, 'a', 3), (3, NULL, 4)");
    Sql.run(duck, "CREATE TEMP TABLE scope AS FROM (VALUES (1, 'a'), (2, 'x')) t(k, part)");
    RowDiff.Changes changes =
        new RowDiff(NAME, KEYED, KEYED, KEYED.key())
            .into(
                duck,
                "changes",
                "mirror",
                "(SELECT 1 AS k, 'a' AS part, 1 AS x WHERE false)",
                new RowDiff.Scope("scope", KEYED.key()));
    assertThat(changes).extracting("inserts", "updates", "deletes").containsExactly(0L, 0L, 1L);
  }

  @Test
  void refusesAKeyThatIsWantedTwiceWithoutTellingItsValues() {
    assertThatThrownBy(() -> diff(KEYED, "(1, 'a', 1)", "(77, 'a', 1), (77, 'a', 2)"))
        .hasMessageStartingWith("LK-010")
        .hasMessageContaining("dim.customer")
        .hasMessageContaining("(k, part)")
        .hasMessageNotContaining("77");
  }

  @Test
  void addsRowsWithoutALookAtWhatIsThere() {
    RowDiff.Changes changes =
        new RowDiff(NAME, KEYED, KEYED, List.of())
            .added(duck, "changes", "(FROM (VALUES (1, 'a', 1.5), (1, 'a', 1.5)) t(k, part, x))");
    assertThat(changes.inserts()).isEqualTo(2);
    assertThat(changes.updates() + changes.deletes()).isZero();
    assertThat(changes()).containsExactly("insert|1|a|1.5|null|null", "insert|1|a|1.5|null|null");
  }

  @Test
  void takesTheRowsOfABagThatComeAndGo() {
    mirror("(1, 'a', 1), (1, 'a', 1), (1, 'a', 1), (NULL, 'b', NULL), (2, NULL, 5)");
    assertThat(weighed("(1, 'a', 1.0, -2), (NULL, 'b', NULL, -1), (3, 'c', 2.5, 2)"))
        .contains(new RowDiff.Changes("temp.main.\"changes\"", 2, 0, 3));
    assertThat(strings("SELECT _change_type, k, part, x, count(__file) FROM changes GROUP BY ALL"))
        .containsExactly("delete|1|a|1.0|2", "delete|null|b|null|1", "insert|3|c|2.5|0");
    assertThat(
            strings("SELECT count(DISTINCT (__file, __row, __mirrored)) FROM changes WHERE k = 1"))
        .containsExactly("2");
  }

  @Test
  void missesARowOfABagThatGoesAndIsNotThere() {
    mirror("(1, 'a', 1), (1, 'a', 1), (NULL, 'b', NULL)");
    assertThat(weighed("(1, 'a', 1.0, -3)")).isEmpty();
    assertThat(weighed("(NULL, 'b', NULL, -1), (1, 'z', 1.0, -1)")).isEmpty();
    assertThat(weighed("(1, 'a', 1.0, -2)")).isPresent();
  }

  private Optional<RowDiff.Changes> weighed(String rows) {
    RowSchema bag = new RowSchema(KEYED.columns(), List.of());
    return new RowDiff(NAME, bag, bag, List.of())
        .weighed(duck, "changes", "mirror", "(FROM (VALUES " + rows + ") t(k, part, x, _w))");
  }

  @Test
  void takesAnyBagToAnyOther() {
    String rows =
        "(SELECT nullif(hash(i, %1$d) %% 3, 0)::INTEGER AS k, nullif(chr((97 + hash(i, %1$d, 1) %%"
            + " 2)::INTEGER), 'b') AS part, (hash(i, %1$d, 2) %% 2)::DOUBLE AS x FROM"
            + " range((hash(%1$d) %% 40)::BIGINT) t(i))";
    long seed = System.nanoTime();
    for (long round = seed; round < seed + 20; round++) {
      Sql.run(
          duck,
          "CREATE OR REPLACE TABLE mirror AS SELECT *, 3 AS __file, row_number() OVER () AS __row"
              + " FROM "
              + Text.of(rows, round));
      String wanted = Text.of(rows, -round);
      RowSchema bag = new RowSchema(KEYED.columns(), List.of());
      String net =
          Text.of(
              "(SELECT k, part, x, sum(w)::BIGINT AS _w FROM (SELECT *, 1 AS w FROM %s UNION ALL"
                  + " SELECT k, part, x, -1 FROM mirror) GROUP BY ALL HAVING sum(w) <> 0)",
              wanted);
      assertThat(new RowDiff(NAME, bag, bag, List.of()).weighed(duck, "changes", "mirror", net))
          .as("seed %d", round)
          .isPresent();
      Sql.run(duck, "DELETE FROM mirror WHERE rowid IN (SELECT __mirrored FROM changes)");
      Sql.run(
          duck,
          "INSERT INTO mirror BY NAME SELECT k, part, x FROM changes WHERE _change_type ="
              + " 'insert'");
      assertThat(strings("SELECT k, part, x FROM mirror"))
          .as("seed %d", round)
          .isEqualTo(strings("SELECT k, part, x FROM " + wanted));
    }
  }
}
