package io.millrace.marts;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.marts.refresh.Refresh;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuditsTest {
  private static final TableName TABLE = TableName.parse("marts.m");
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final Audits audits = new Audits();

  /** A way to refresh that is never taken. */
  private record Untaken(boolean repeats, Optional<Duration> auditTakes) implements Refresh {
    static Untaken thatTakes(Duration time) {
      return new Untaken(true, Optional.of(time));
    }

    @Override
    public Outcome refresh(Task task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Audit audit(Task task) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void aTableIsAuditedIfItsQueryEndsInTimeByAllThatIsKnown() {
    assertThat(audits.mayAudit(TABLE, Untaken.thatTakes(LIMIT), LIMIT)).isTrue();
    assertThat(audits.mayAudit(TABLE, Untaken.thatTakes(LIMIT.plusMillis(1)), LIMIT)).isFalse();
    assertThat(audits.mayAudit(TABLE, new Untaken(true, Optional.empty()), LIMIT))
        .as("never run here")
        .isFalse();
  }

  @Test
  void aTableWhoseQueryMayGiveSomethingElseIsNotAudited() {
    assertThat(audits.mayAudit(TABLE, new Untaken(false, Optional.of(Duration.ZERO)), LIMIT))
        .isFalse();
  }

  @Test
  void anAuditThatWasGivenUpIsNotTriedAgain() {
    audits.gaveUp(TABLE, LIMIT);
    assertThat(audits.mayAudit(TABLE, Untaken.thatTakes(Duration.ofMillis(1)), LIMIT)).isFalse();
  }
}
