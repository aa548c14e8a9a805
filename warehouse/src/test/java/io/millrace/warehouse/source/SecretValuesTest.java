package io.millrace.warehouse.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretValuesTest {
  @TempDir Path temp;

  @Test
  void aVariableIsReadWhenAskedFor() {
    Secret secret = new Secret("${env:TOKEN}");
    assertThat(SecretValues.resolve(secret, Map.of("TOKEN", "t"))).contains("t");
    assertThat(SecretValues.resolve(secret, Map.of("TOKEN", ""))).isEmpty();
    assertThat(SecretValues.resolve(secret, Map.of())).isEmpty();
    assertThatThrownBy(() -> SecretValues.require(secret, Map.of()))
        .isInstanceOf(MillraceException.class)
        .hasMessage("WH-004 ${env:TOKEN} is unset or empty. Set it for this process.");
  }

  @Test
  void aFileIsReadWithoutItsLastLineEnd() throws IOException {
    Path file = Files.writeString(temp.resolve("secret"), "two words\n");
    assertThat(SecretValues.resolve(new Secret("${file:" + file + "}"), Map.of()))
        .contains("two words");
    assertThatThrownBy(() -> SecretValues.resolve(new Secret("${file:/none}"), Map.of()))
        .hasMessageStartingWith("WH-004");
  }

  @Test
  void aLiteralIsNeverShown() {
    assertThatThrownBy(() -> SecretValues.resolve(new Secret("hunter2"), Map.of()))
        .hasMessageStartingWith("WH-005")
        .hasMessageNotContaining("hunter2");
    assertThat(new Secret("hunter2")).hasToString("***");
  }
}
