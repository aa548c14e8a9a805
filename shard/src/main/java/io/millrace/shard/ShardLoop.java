package io.millrace.shard;

import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.warehouse.Table;
import io.smallrye.mutiny.TimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.RetriableException;
import org.jboss.logging.Logger;

/**
 * The loop of one shard, or of several held together: take it, then <em>advance -> announce</em>
 * for as long as it is held. What advancing means is the service's: each table goes <em>plan ->
 * read -> apply -> set aside -> commit -> publish</em>.
 *
 * <p>Taking a shard: fence its former holder, read cuts and publications to their ends, load each
 * table and create the missing, publish the versions above what was announced, announce. An error
 * that is no table's own gives the shard up: close everything, pause, take it again.
 */
final class ShardLoop implements Runnable {
  private static final Logger LOG = Logger.getLogger("millrace.shard");
  private static final Duration IDLE_MAX = Duration.ofMillis(500);

  private final ShardService service;
  private final ShardSurroundings around;
  private final Set<Integer> numbers;
  private final List<Table> tables;
  private final String name;

  ShardLoop(
      ShardService service, ShardSurroundings around, Set<Integer> numbers, List<Table> tables) {
    this.service = service;
    this.around = around;
    this.numbers = numbers;
    this.tables = tables;
    this.name = "shard " + Shard.name(service.service(), numbers);
  }

  @Override
  public void run() {
    Retry retry = new Retry();
    try {
      while (true) {
        try {
          takeAndFollow(retry);
        } catch (MillraceException e) {
          giveUp(e, retry);
        } catch (RuntimeException | Error e) {
          requireHeld(e);
          giveUp(unexpected(e), retry);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      around.board().ended(name);
    }
  }

  private void takeAndFollow(Retry retry) throws InterruptedException {
    around.board().beat(name);
    try (Shard shard = around.take(service.service(), numbers, tables);
        ShardWork work = service.open(shard)) {
      List<Announcements> announcements =
          numbers.stream().map(number -> new Announcements(shard, number, work)).toList();
      around.board().trouble(name, null);
      LOG.infof("%s taken with %s", name, tables.stream().map(Table::name).toList());
      while (true) {
        long seen = around.news().count();
        boolean more = work.advance();
        announcements.forEach(Announcements::announce);
        retry.reset();
        around.board().beat(name);
        if (!more) {
          work.tables().forEach(table -> vacuum(table.name()));
          around.news().await(seen, IDLE_MAX);
        }
        if (Thread.interrupted()) {
          throw new InterruptedException("while holding " + name);
        }
      }
    }
  }

  private void vacuum(TableName table) {
    around.vacuum().look(table, () -> around.published().through(table));
  }

  /** A loop must not end in silence: whatever it was, the shard is given up and taken again. */
  private MillraceException unexpected(Throwable cause) {
    if (isOutage(cause)) {
      return new MillraceException(
          ChangelogError.CL_052_KAFKA_UNAVAILABLE,
          name
              + ": Kafka does not answer ("
              + cause.getClass().getSimpleName()
              + "). Check that the brokers run and that this service may use them.",
          cause);
    }
    LOG.error(name + " failed", cause);
    return new MillraceException(
        ShardError.SHD_007_UNEXPECTED,
        name
            + " failed with "
            + cause.getClass().getSimpleName()
            + ", which no code was made for; its log has the cause. Nothing half done is visible.",
        cause);
  }

  private static boolean isOutage(Throwable error) {
    return switch (error) {
      case RetriableException _, TimeoutException _ -> true;
      default -> error.getCause() != null && isOutage(error.getCause());
    };
  }

  /** Whatever was broken off when the shard was taken away is done by whoever takes it next. */
  private void requireHeld(Throwable cause) throws InterruptedException {
    if (Thread.interrupted()) {
      LOG.infof("%s is given back in the midst of its work: %s", name, cause);
      LOG.debug("cause", cause);
      throw new InterruptedException("while holding " + name);
    }
  }

  private void giveUp(MillraceException error, Retry retry) throws InterruptedException {
    requireHeld(error);
    Duration pause = retry.next();
    if (error.errorCode().response() == ErrorCode.Response.STOP) {
      LOG.errorf("%s cannot go on, taken again in %s: %s", name, pause, error.getMessage());
    } else {
      LOG.warnf("%s given up for %s: %s", name, pause, error.getMessage());
    }
    LOG.debug("cause", error);
    around.board().trouble(name, error.getMessage());
    around.board().beat(name);
    Retry.pause(pause);
  }
}
