package io.millrace.marts.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChoiceTest {
  @ParameterizedTest
  @EnumSource
  void theManualSaysWhatAChoiceMeans(Choice choice) throws IOException {
    assertThat(Files.readString(Path.of("../docs/DYNAMIC_TABLES.md")))
        .contains("| `" + choice + "` | " + choice.text() + " |");
  }
}
