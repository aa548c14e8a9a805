package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.shard.Rebuild;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Orders in the cut log outlive the release that wrote them. */
class OrdersTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"rebuild":"dim.x","loseHistory":true}                                             | dim.x | true  |    | false
          {"rebuild":"dim.x","loseHistory":false,"rewindTo":7}                               | dim.x | false | 7  | false
          {"rebuild":"dim.x","loseHistory":false,"rewindTo":null,"erase":[71, 72]}           | dim.x | false |    | true
          {"rebuild":"dim.x","loseHistory":false,"rewindTo":null,"erase":[],"later":"what"}  | dim.x | false |    | false
          no order                                                                           | ''    | false |    | false
          """)
  void anOrderMeansTheSameInEveryRelease(
      String text, String table, boolean loseHistory, Long rewindTo, boolean erasure) {
    Rebuild order =
        Rebuild.of(
            new FoldedCut(1, Instant.EPOCH, "o", true, Optional.of(text), Map.of(), Instant.EPOCH));
    assertThat(order.rebuild()).isEqualTo(table);
    assertThat(order.loseHistory()).isEqualTo(loseHistory);
    assertThat(order.rewindTo()).isEqualTo(rewindTo);
    assertThat(order.isErasure()).isEqualTo(erasure);
  }
}
