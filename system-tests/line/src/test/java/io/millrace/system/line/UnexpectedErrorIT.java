package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

/** What happens when something fails that nobody thought of. */
@OnSharedLine
class UnexpectedErrorIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String SIZE = "max.message.bytes";
  private static final String STATEMENTS = "shop.millrace.published";
  private static final String ORDERS = "shop.staging.orders";

  private final Line line;

  UnexpectedErrorIT(Line line) {
    this.line = line;
  }

  /** A topic that takes no statement of any shard is such a thing. */
  @Test
  void saysThatAShardFailedAndTakesItAgain() throws Exception {
    take(STATEMENTS, 10);
    try {
      line.awaitError(Service.STAGING, "SHD-007", LIMIT);
    } finally {
      takeAll(STATEMENTS);
    }
    line.awaitStatus(Service.STAGING, LIMIT, "no error", s -> s.path("error").isNull());
    Verdict.drainedAndRight(line);
    assertThat(log())
        .containsPattern("ERROR .*shard staging/\\d+ failed: .*RecordTooLargeException");
  }

  /** Its rows are in the table by then, so nothing would tell of them later. */
  @Test
  void tellsOfAVersionThatItsTopicDoesNotTake() throws Exception {
    take(ORDERS, 150);
    try (Shop shop = new Shop(line)) {
      shop.moveAndOrderTwice("large", 31_000_000);
      line.awaitStatus(
          Service.STAGING,
          LIMIT,
          "an order",
          _ -> log().contains("of staging.orders is in the change feed only"));
    } finally {
      takeAll(ORDERS);
    }
    Verdict.drainedAndRight(line);
  }

  private String log() {
    try {
      return Files.readString(line.folder.resolve("staging.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kafka's own marks of a transaction take 78 bytes, without which none ends. */
  private void take(String topic, int bytes) throws Exception {
    alter(
        topic,
        new AlterConfigOp(new ConfigEntry(SIZE, String.valueOf(bytes)), AlterConfigOp.OpType.SET));
  }

  private void takeAll(String topic) throws Exception {
    alter(topic, new AlterConfigOp(new ConfigEntry(SIZE, ""), AlterConfigOp.OpType.DELETE));
  }

  private void alter(String topic, AlterConfigOp change) throws Exception {
    Properties config = new Properties();
    config.put("bootstrap.servers", line.stack.kafkaBootstrap());
    Map<ConfigResource, Collection<AlterConfigOp>> changes =
        Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(change));
    try (Admin admin = Admin.create(config)) {
      admin.incrementalAlterConfigs(changes).all().get();
    }
  }
}
