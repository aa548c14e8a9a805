package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkHeaderTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<https://x/?a=1,2;3>; rel=\"next\"",
        "<https://x/?a=1,2;3>;rel=next",
        "<https://x/?a=1,2;3>; title=\"a, b; rel=prev\"; REL=\"Next\"",
        "<https://x/0>; rel=\"prev\", <https://x/?a=1,2;3>; rel=\"next\", <https://x/9>;"
            + " rel=\"last\"",
        "<https://x/0>; rel=first , , <https://x/?a=1,2;3>; rel=\"last next\"",
      })
  void findsTheNextPage(String header) {
    assertThat(LinkHeader.next(List.of(header))).contains("https://x/?a=1,2;3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<https://x/0>; rel=\"prev\"",
        "<https://x/0>",
        "https://x/0; rel=next",
        "<https://x/0>; rel=\"nextish\"",
        "<https://x/0>; xrel=next",
        "<https://x/0>; title=\"; rel=next\""
      })
  void findsNoneWhereNoneIs(String header) {
    assertThat(LinkHeader.next(List.of(header))).isEmpty();
  }

  @Test
  void readsEveryHeader() {
    assertThat(LinkHeader.next(List.of("<a>; rel=prev", "<b>; rel=next"))).contains("b");
  }
}
