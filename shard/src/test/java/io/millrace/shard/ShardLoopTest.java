package io.millrace.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.contracts.Service;
import io.millrace.runtime.StatusBoard;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class ShardLoopTest {
  private static final Logger LOG = Logger.getLogger("millrace.shard");

  /** As one that waits for the broker, which throws when it is interrupted. */
  @Test
  void whatALoopCouldNotEndWhenItsShardWasTakenAwayIsOneLineAndNoError() {
    List<String> said = new ArrayList<>();
    Handler handler = listening(said);
    LOG.addHandler(handler);
    try {
      Thread.currentThread().interrupt();
      new ShardLoop(new NoService(), nothingAround(), Set.of(3), List.of()).run();
      assertThat(Thread.interrupted()).as("it ends").isTrue();
    } finally {
      LOG.removeHandler(handler);
    }
    assertThat(said)
        .singleElement()
        .asString()
        .startsWith("INFO shard dimension/3 is given back in the midst of its work: ");
  }

  private static Handler listening(List<String> said) {
    return new Handler() {
      @Override
      public void publish(LogRecord logged) {
        if (logged.getLevel().intValue() >= Level.INFO.intValue()) {
          said.add(
              logged.getLevel()
                  + " "
                  + (logged.getParameters() == null
                      ? logged.getMessage()
                      : String.format(logged.getMessage(), logged.getParameters())));
        }
      }

      @Override
      public void flush() {
        // It holds nothing back.
      }

      @Override
      public void close() {
        // It holds nothing.
      }
    };
  }

  @SuppressWarnings("NullAway") // what is missing is what fails
  private static ShardSurroundings nothingAround() {
    return new ShardSurroundings(
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        new StatusBoard(new SimpleMeterRegistry()),
        Clock.systemUTC());
  }

  private static final class NoService implements ShardService {
    @Override
    public Service service() {
      return Service.DIMENSION;
    }

    @Override
    public ShardWork open(Shard shard) {
      throw new IllegalStateException("nothing is ever taken");
    }
  }
}
