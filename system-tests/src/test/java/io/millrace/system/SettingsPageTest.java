package io.millrace.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Environment;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/SETTINGS.md lists the variables that services read. */
class SettingsPageTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `(MILLRACE_[A-Z0-9_]+)` \\|", Pattern.MULTILINE);

  @Test
  void listsExactlyTheVariablesThatServicesRead() {
    assertThat(
            ROW.matcher(Repository.read(Repository.ROOT.resolve("docs/SETTINGS.md")))
                .results()
                .map(row -> row.group(1)))
        .containsExactlyElementsOf(
            Arrays.stream(Environment.values()).map(Environment::name).toList());
  }
}
