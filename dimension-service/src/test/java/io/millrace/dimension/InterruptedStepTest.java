package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterruptedStepTest {
  private static final Logger LOG = Logger.getLogger("millrace.table");

  @TempDir Path folder;

  /** A file that is written when the service is told to stop fails like one on a broken disk. */
  @Test
  void aStepThatIsBrokenOffAtTheEndOfTheServiceIsNoTroubleAndIsDoneLater() throws Exception {
    var _ = Statements.dimension(folder, "SEQUENCE BY updated_at STORED AS SCD TYPE 1");
    List<LogRecord> said = new ArrayList<>();
    LOG.setFilter(said::add);
    try (StepShard shard = new StepShard(folder)) {
      shard.input(StepShard.INPUT, OrderStepsTest.rows("(1, 'a', 'x', 10)"));
      shard.run();
      shard.input(StepShard.INPUT, OrderStepsTest.rows("(1, 'b', 'x', 20)"));
      Thread.currentThread().interrupt();
      shard.run();
      assertThat(Thread.interrupted()).as("its loop ends").isTrue();
      assertThat(said)
          .anySatisfy(logged -> assertThat(logged.getMessage()).contains("in the midst of its"))
          .allSatisfy(logged ->
              assertThat(logged.getLevel().intValue()).isLessThanOrEqualTo(Level.INFO.intValue()));
      shard.restart(folder);
      shard.run();
      assertThat(shard.rows("id, segment")).containsExactly("1 b");
    } finally {
      LOG.setFilter(null);
    }
  }
}
