package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.changelog.News;
import io.millrace.changelog.cut.CutLog;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.source.ApiSource;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lives of a source's loop, one after another, over one cut log. */
class SourceCutsTest {
  private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant SECOND = Instant.parse("2026-01-02T00:00:00Z");

  private final CutLog log = new CutLog(new News());
  private final List<Optional<String>> opened = new ArrayList<>();
  private final Deque<Optional<IngestError>> answers = new ArrayDeque<>();

  /** A source that says nothing. */
  private static final class Silent implements SourceReader {
    @Override
    public @Nullable SourceEvent poll(Duration wait) {
      return null;
    }

    @Override
    public void confirm(String position) {}

    @Override
    public SourceProgress progress() {
      return new SourceProgress(SourceProgress.Phase.IDLE, 0, -1, -1, null);
    }

    @Override
    public void close() {}
  }

  private SourceCuts taken() {
    ApiSource source =
        new ApiSource(
            "crm",
            URI.create("http://127.0.0.1:1"),
            new ApiSource.Auth.None(),
            Map.of(),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            1,
            List.of(),
            1,
            List.of());
    Duration second = Duration.ofSeconds(1);
    SourcePlan plan = new SourcePlan(source, "cdc", second, second, second, this::open);
    return new SourceCuts(plan, log, cut -> log.append(log.end(), SECOND, cut));
  }

  private SourceReader open(Optional<String> position) {
    opened.add(position);
    Optional<IngestError> error = answers.remove();
    if (error.isPresent()) {
      throw new MillraceException(error.get(), "for the test");
    }
    return new Silent();
  }

  private void openInANewLife() throws InterruptedException {
    try (SourceReader reader = taken().open()) {
      assertThat(reader.poll(Duration.ZERO)).isNull();
    }
  }

  @Test
  void isReadFromItsBeginningUntilAnImageIsAnnouncedThoughTheFirstTriesFail() throws Exception {
    var _ = taken().announce(new SourceEvent.End("100", FIRST), Map.of());
    answers.add(Optional.of(IngestError.ING_022_TABLE_NOT_CAPTURED_YET));
    answers.add(Optional.of(IngestError.ING_021_SLOT_BUSY));
    assertThatThrownBy(this::openInANewLife).hasMessageContaining("ING-021");
    answers.add(Optional.empty());
    openInANewLife();
    assertThat(opened).containsExactly(Optional.of("100"), Optional.empty(), Optional.empty());
    assertThat(log.committedAt("crm", log.end() - 1)).contains(FIRST);
    taken().repeat();
    var _ = taken().announce(new SourceEvent.End("200", SECOND), Map.of());
    answers.add(Optional.empty());
    openInANewLife();
    assertThat(opened.getLast()).contains("200");
  }

  @Test
  void goesOnWhereItWasAfterAnyOtherError() throws Exception {
    var _ = taken().announce(new SourceEvent.End("100", FIRST), Map.of());
    answers.add(Optional.of(IngestError.ING_021_SLOT_BUSY));
    assertThatThrownBy(this::openInANewLife).hasMessageContaining("ING-021");
    answers.add(Optional.empty());
    openInANewLife();
    assertThat(opened).containsExactly(Optional.of("100"), Optional.of("100"));
    assertThat(log.end()).isEqualTo(1);
  }

  @Test
  void aCutBehindAnotherWritersIsNotValid() throws Exception {
    SourceCuts zombie = taken();
    var _ = taken().announce(new SourceEvent.End("100", FIRST), Map.of());
    assertThatThrownBy(() -> zombie.announce(new SourceEvent.End("90", SECOND), Map.of()))
        .hasMessageStartingWith("ING-050");
  }
}
