package io.millrace.demo.github;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

  @Test
  void defaultsServeAnybodyOnAFreePort() {
    assertThat(Arguments.parse()).isEqualTo(new Arguments(0, "millrace", 40, 2000, 1, "", 1));
  }

  @Test
  void everyArgumentIsRead() {
    assertThat(
            Arguments.parse(
                "--port 8080 --org acme --repos 3 --issues 4 --seed 5 --token-env T --rate 0.5"
                    .split(" ", -1)))
        .isEqualTo(new Arguments(8080, "acme", 3, 4, 5, "T", 0.5));
  }

  @Test
  void unknownNamesMissingValuesAndUnsetTokensAreRefused() {
    assertThatThrownBy(() -> Arguments.parse("--repositories", "3"))
        .hasMessageContainingAll("--repositories", "--repos");
    assertThatThrownBy(() -> Arguments.parse("--port"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Arguments.parse("--port", "x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Arguments.parse("--token-env", "T").token(Map.of("T", "")))
        .hasMessageContaining("T");
  }
}
