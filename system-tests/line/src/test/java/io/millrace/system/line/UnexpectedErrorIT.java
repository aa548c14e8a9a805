package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Service;
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

  private final Line line;

  UnexpectedErrorIT(Line line) {
    this.line = line;
  }

  /** A topic that takes no statement of any shard is such a thing. */
  @Test
  void saysThatAShardFailedAndTakesItAgain() throws Exception {
    alterPublished(new AlterConfigOp(new ConfigEntry(SIZE, "10"), AlterConfigOp.OpType.SET));
    try {
      line.awaitError(Service.STAGING, "SHD-007", LIMIT);
    } finally {
      alterPublished(new AlterConfigOp(new ConfigEntry(SIZE, ""), AlterConfigOp.OpType.DELETE));
    }
    line.awaitStatus(Service.STAGING, LIMIT, "no error", s -> s.path("error").isNull());
    Verdict.drainedAndRight(line);
    assertThat(Files.readString(line.folder.resolve("staging.log")))
        .containsPattern("ERROR .*shard staging/\\d+ failed: .*RecordTooLargeException");
  }

  private void alterPublished(AlterConfigOp change) throws Exception {
    Properties config = new Properties();
    config.put("bootstrap.servers", line.stack.kafkaBootstrap());
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "shop.millrace.published");
    Map<ConfigResource, Collection<AlterConfigOp>> changes = Map.of(topic, List.of(change));
    try (Admin admin = Admin.create(config)) {
      admin.incrementalAlterConfigs(changes).all().get();
    }
  }
}
