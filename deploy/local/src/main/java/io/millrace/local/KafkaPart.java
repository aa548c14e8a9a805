package io.millrace.local;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.local.process.Child;
import io.millrace.local.process.ChildSpec;
import io.millrace.local.process.Children;
import io.millrace.local.process.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One Kafka broker and controller, in a process with its own class path. */
final class KafkaPart {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final int HEAP_MEGABYTES = 384;
  private static final String NODE = "io.millrace.local.kafka.KafkaNode";

  private KafkaPart() {}

  /** Returns when the broker takes requests. */
  static void start(Children children, Path dataDir, Ports ports) throws InterruptedException {
    Path properties = dataDir.resolve("kafka.properties");
    try {
      Files.writeString(properties, properties(dataDir.resolve("kafka"), ports));
    } catch (IOException e) {
      throw new MillraceException(
          LocalError.LOC_006_FOLDER_UNUSABLE,
          String.format(Locale.ROOT, "%s cannot be written.", properties),
          e);
    }
    Path node = place();
    JavaCommand command =
        new JavaCommand(
            HEAP_MEGABYTES,
            List.of(
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
                "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn",
                "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaConfig=warn"),
            List.of(node.toString(), Installed.kafkaLib(node).resolve("*").toString()),
            NODE,
            List.of(properties.toString()));
    Child child =
        children.start(
            new ChildSpec(
                "Kafka",
                command.line(),
                Map.of(),
                dataDir,
                dataDir.resolve("logs").resolve("kafka.log"),
                "Millrace Kafka is ready"));
    child.awaitReady(START_LIMIT);
  }

  private static Path place() {
    try {
      return JavaCommand.placeOf(Class.forName(NODE, false, KafkaPart.class.getClassLoader()));
    } catch (ClassNotFoundException e) {
      throw new MillraceException(
          LocalError.LOC_005_PART_NOT_INSTALLED,
          "Kafka is not on the class path: add the artifact io.millrace:local-kafka.",
          e);
    }
  }

  /** Small internal topics and short timeouts: one broker, one machine, quick tests. */
  private static String properties(Path folder, Ports ports) {
    return String.format(
        Locale.ROOT,
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@%1$s:%3$d
        controller.listener.names=CONTROLLER
        listeners=PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d
        advertised.listeners=PLAINTEXT://%1$s:%2$d
        log.dirs=%4$s
        auto.create.topics.enable=false
        num.partitions=1
        default.replication.factor=1
        min.insync.replicas=1
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=4
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=4
        transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        share.coordinator.state.topic.num.partitions=1
        group.initial.rebalance.delay.ms=0
        group.min.session.timeout.ms=1000
        group.consumer.min.session.timeout.ms=1000
        group.consumer.min.heartbeat.interval.ms=500
        group.consumer.heartbeat.interval.ms=1000
        num.network.threads=2
        num.io.threads=4
        log.cleaner.dedupe.buffer.size=2097152
        """,
        Ports.HOST,
        ports.kafka(),
        ports.controller(),
        folder.toString().replace("\\", "\\\\"));
  }
}
