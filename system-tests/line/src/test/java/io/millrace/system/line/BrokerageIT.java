package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Service;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A small brokerage, of {@link BrokerageFigures}: a day that comes late changes nothing. */
@EnabledIfSystemProperty(named = "millrace.long", matches = "true")
class BrokerageIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final List<String> SMALL = List.of("-XX:TieredStopAtLevel=1", "-Xmx512m");
  private static final int PREDICATES = 90;

  @Test
  void isWhatPlainSqlMakesOfItsSourceThoughADayComesLate(@TempDir Path folder) throws Exception {
    try (Brokerage brokerage = Brokerage.create(folder.resolve("line"), 0.05, 7, SMALL)) {
      brokerage.write(0);
      brokerage.line().startAll();
      brokerage.awaitShown(LIMIT);
      brokerage.write(2);
      brokerage.line().awaitShown(List.of(Service.STAGING), Clock.systemUTC().instant(), LIMIT);
      brokerage.write(1);
      brokerage.awaitShown(LIMIT);
      holds(brokerage, 3);
      Path source = folder.resolve("source");
      brokerage.export(source);
      List<String> compared = new ArrayList<>();
      try (BrokerageRebuild plain = new BrokerageRebuild(source, folder.resolve("spill"))) {
        assertThat(plain.differences(brokerage.line().lake, compared)).as("%s", compared).isZero();
      }
    }
  }

  private static void holds(Brokerage brokerage, int batches) throws IOException {
    BrokerageAudit audit = BrokerageAudit.of(brokerage.line().lake, batches, LIMIT);
    assertThat(audit.predicates()).hasSizeGreaterThan(PREDICATES);
    assertThat(audit.violated()).isEmpty();
  }
}
