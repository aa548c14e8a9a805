package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PrintedRowsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private String print(OutputForm form, int rows) {
    PrintedRows printed = PrintedRows.of(form, new PrintWriter(out), new PrintWriter(err, true));
    printed.begin(OptionalLong.of(7), List.of("n", "t"));
    for (int i = 0; i < rows; i++) {
      printed.row(Arrays.asList(i, i % 2 == 0 ? null : "a,\"b\""));
    }
    printed.end();
    printed.out.flush();
    return out.toString();
  }

  @Test
  void textShowsTheFirstRowsAndSaysHowManyMoreThereAre() {
    assertThat(print(OutputForm.TEXT, 1005).lines())
        .hasSize(2 + 1000 + 2)
        .contains("  1  a,\"b\"", "... and 5 more rows, which csv and json print", "(1005 rows)");
    assertThat(err.toString()).isEqualToIgnoringNewLines("cut 7");
  }

  @Test
  void textOfOneRow() {
    assertThat(print(OutputForm.TEXT, 1).lines())
        .containsExactly("n  t", "-  ----", "0  NULL", "(1 row)");
  }

  @Test
  void jsonIsOneArray() throws Exception {
    assertThat(new ObjectMapper().readTree(print(OutputForm.JSON, 3)))
        .hasToString("[{\"n\":0,\"t\":null},{\"n\":1,\"t\":\"a,\\\"b\\\"\"},{\"n\":2,\"t\":null}]");
  }

  @Test
  void jsonWithoutRowsIsAnEmptyArray() throws Exception {
    assertThat(new ObjectMapper().readTree(print(OutputForm.JSON, 0))).isEmpty();
  }

  @Test
  void csvQuotesWhatNeedsIt() {
    assertThat(print(OutputForm.CSV, 2).lines()).containsExactly("n,t", "0,", "1,\"a,\"\"b\"\"\"");
  }
}
