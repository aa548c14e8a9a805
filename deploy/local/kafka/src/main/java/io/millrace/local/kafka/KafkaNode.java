package io.millrace.local.kafka;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one KRaft broker and controller until the process is told to stop. A new folder is formatted
 * first; one process does both, which saves the start of a second JVM.
 */
public final class KafkaNode {
  /** The line that says that the broker takes requests. */
  public static final String READY = "Millrace Kafka is ready";

  private static final Logger LOG = LoggerFactory.getLogger(KafkaNode.class);

  private KafkaNode() {}

  /** Takes the path of a broker's properties file. */
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
      properties.load(reader);
    }
    KafkaConfig config = KafkaConfig.fromProps(properties, false);
    Path folder = Path.of(config.logDirs().getFirst());
    if (Files.notExists(folder.resolve("meta.properties"))) {
      format(folder, config.nodeId());
    }
    KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "kafka-stop"));
    server.startup();
    LOG.info(READY);
    server.awaitShutdown();
  }

  private static void format(Path folder, int nodeId) throws IOException {
    Files.createDirectories(folder);
    try (PrintStream quiet =
        new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setNodeId(nodeId)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(folder.toString())
          .setMetadataLogDirectory(folder.toString())
          .setControllerListenerName("CONTROLLER")
          .setPrintStream(quiet)
          .run();
    } catch (Exception e) {
      throw new IOException("The folder " + folder + " could not be formatted", e);
    }
  }
}
