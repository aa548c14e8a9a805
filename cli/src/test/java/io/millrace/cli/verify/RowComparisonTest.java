package io.millrace.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DuckDb;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowComparisonTest {
  private static final RowSchema EXACT =
      new RowSchema(List.of(new Column("k", DataType.Simple.INTEGER, true)), List.of());
  private static final RowSchema FLOATING =
      new RowSchema(
          List.of(
              new Column("k", DataType.Simple.INTEGER, true),
              new Column("v", DataType.Simple.DOUBLE, true)),
          List.of());

  @TempDir Path directory;

  @Test
  void countsRowsAsOftenAsTheyStandThere() throws Exception {
    assertThat(compare(EXACT, "(1), (1), (NULL)", "(NULL), (1), (1)").none()).isTrue();
    assertThat(compare(EXACT, "(1), (1)", "(1)")).isEqualTo(new RowComparison.Difference(1, 0));
    assertThat(compare(EXACT, "(1)", "(1), (2)")).isEqualTo(new RowComparison.Difference(0, 1));
  }

  @Test
  void letsFloatingValuesDifferByOnePartInAThousandMillions() throws Exception {
    assertThat(
            compare(FLOATING, "(1, 1e6), (1, 2), (2, NULL)", "(1, 1e6 + 1e-5), (1, 2), (2, NULL)")
                .none())
        .isTrue();
    assertThat(compare(FLOATING, "(1, 1e6), (2, 5)", "(1, 1e6 + 1), (2, 5)"))
        .isEqualTo(new RowComparison.Difference(1, 1));
    assertThat(compare(FLOATING, "(1, 0)", "(1, NULL)"))
        .isEqualTo(new RowComparison.Difference(1, 1));
  }

  @Test
  void letsSumsThatComeToNothingDiffer() throws Exception {
    assertThat(
            compare(FLOATING, "(1, 0.1::DOUBLE + 0.2 - 0.3)", "(1, 0.1::DOUBLE - 0.3 + 0.2)")
                .none())
        .isTrue();
  }

  @Test
  void letsNothingDifferWhereNothingIsAdded() throws Exception {
    assertThat(
            compare(
                Comparison.EXACT,
                FLOATING,
                "(1, 1700000000.5::DOUBLE), (2, 'nan')",
                "(1, 1700000001.5::DOUBLE), (2, 'nan')"))
        .isEqualTo(new RowComparison.Difference(1, 1));
  }

  private enum Comparison {
    EXACT,
    CLOSE
  }

  private RowComparison.Difference compare(RowSchema schema, String wanted, String found)
      throws Exception {
    return compare(Comparison.CLOSE, schema, wanted, found);
  }

  private RowComparison.Difference compare(
      Comparison comparison, RowSchema schema, String wanted, String found) throws Exception {
    String columns = String.join(", ", schema.names());
    try (DuckDb duckDb = DuckDb.sandbox(directory, DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      RowComparison rows =
          comparison == Comparison.EXACT
              ? RowComparison.exact(duck, schema.names())
              : RowComparison.close(duck, schema);
      return rows.compare(
          "(VALUES " + wanted + ") w(" + columns + ")",
          "(VALUES " + found + ") f(" + columns + ")");
    }
  }
}
