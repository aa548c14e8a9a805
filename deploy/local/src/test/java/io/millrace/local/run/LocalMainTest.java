package io.millrace.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LocalMainTest {
  @ParameterizedTest
  @CsvSource({
    "demo, --rate=-1, 2",
    "demo, --rate=NaN, 2",
    "demo, --rate=fast, 2",
    "demo, --scale=5000, 1",
    "demo, --port-base=80, 2",
    "chaos, --kills=-1, 2",
    "chaos, --rate=0, 2",
    "up, --for=x, 2"
  })
  void whatCannotBeIsRefusedBeforeAnythingStarts(String command, String option, int code) {
    StringWriter err = new StringWriter();
    StringWriter out = new StringWriter();
    CommandLine line =
        LocalMain.commandLine()
            .setErr(new PrintWriter(err, true))
            .setOut(new PrintWriter(out, true));
    assertThat(line.execute(command, option)).isEqualTo(code);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).isNotEmpty().doesNotContain("\tat ");
  }
}
