package io.millrace.system.line;

import io.millrace.cli.sql.LakeQuery;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What {@code benchmarks/brokerage/audit.sql} says of a lake at one cut.
 *
 * @param cut where all of it was read
 * @param predicates their names
 * @param violated those that do not hold, and how often
 */
record BrokerageAudit(long cut, List<String> predicates, List<String> violated) {

  /**
   * Reads a lake as {@code millrace sql} does, once its files say that it shows so many batches at
   * a cut that all tables share; until the first round after their first rows, facts need not.
   *
   * @param batches the historical load and the days that were written
   */
  static BrokerageAudit of(Path lake, int batches, Duration limit) throws IOException {
    String select = Files.readString(Brokerage.HOME.resolve("audit.sql"));
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<LakeQuery.Answer> answer = ask(lake, select);
      if (answer.isPresent() && shows(answer.get(), batches)) {
        return audit(answer.get());
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the lake does not show " + batches + " batches: " + answer);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
    }
  }

  /** Empty while the tables share no cut. */
  private static Optional<LakeQuery.Answer> ask(Path lake, String select) {
    try {
      return Optional.of(LakeQuery.run(lake, select, OptionalLong.empty()));
    } catch (MillraceException e) {
      if (e.errorCode() != CliError.CLI_005_NO_COMMON_CUT) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static boolean shows(LakeQuery.Answer answer, int batches) {
    return answer.rows().stream().allMatch(row -> number(row.get(2)) == batches);
  }

  private static BrokerageAudit audit(LakeQuery.Answer answer) {
    return new BrokerageAudit(
        answer.cut().orElseThrow(),
        answer.rows().stream().map(row -> String.valueOf(row.get(0))).toList(),
        answer.rows().stream()
            .filter(row -> number(row.get(1)) != 0)
            .map(row -> row.get(0) + ": " + row.get(1))
            .toList());
  }

  /** NULL, of a predicate over nothing, is no zero. */
  private static long number(@Nullable Object value) {
    return value == null ? -1 : ((Number) value).longValue();
  }
}
