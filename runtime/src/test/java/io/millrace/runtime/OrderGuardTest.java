package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.OrderToken;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrderGuardTest {
  private static final Optional<OrderToken> TOKEN = Optional.of(new OrderToken("s3cret"));

  private static Optional<OrderGuard.Refused> refusal(String method, @Nullable String header) {
    return OrderGuard.refusal(TOKEN, method, header);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "TRACE", "get", "ANYTHING"})
  void whatIsNoReadingNeedsTheToken(String method) {
    assertThat(refusal(method, null))
        .get()
        .satisfies(refused -> {
          assertThat(refused.code()).isEqualTo("RUN-003");
          assertThat(refused.message())
              .startsWith("RUN-003 ")
              .contains("carries none", "MILLRACE_ORDER_TOKEN", "Authorization: Bearer")
              .doesNotContain("s3cret");
        });
    assertThat(refusal(method, "Bearer s3cret")).isEmpty();
    assertThat(OrderGuard.refusal(Optional.empty(), method, null)).isEmpty();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = "Bearer wrong")
  void aReadingNeedsNone(@Nullable String header) {
    for (String method : new String[] {"GET", "HEAD", "OPTIONS"}) {
      assertThat(refusal(method, header)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s3cret",
        "Bearer",
        "Bearer ",
        "Bearer s3cre",
        "Bearer s3cret2",
        "Bearer S3CRET",
        "Bearers3cret",
        "Basic s3cret",
        "Bearer s3cret, Bearer s3cret",
        "Bearer s3cr\u00e9t"
      })
  void anythingElseIsAnother(String header) {
    assertThat(refusal("POST", header))
        .get()
        .satisfies(refused ->
            assertThat(refused.message()).contains("carries another").doesNotContain("s3cret"));
  }

  @Test
  void theSchemeIsTheSameInSmallLetters() {
    assertThat(refusal("POST", "bearer s3cret")).isEmpty();
  }
}
