package io.millrace.system.line;

import io.millrace.changelog.topic.KafkaConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Flink as {@code benchmarks/flink} builds it, in a process of its own, and what it has written to
 * its topics since it was started. One thread.
 */
final class FlinkKeeper implements Keeper {
  private static final Duration POLL = Duration.ofMillis(20);

  private final String run;
  private final Process process;
  private final Path log;
  private final Consumer<byte[], byte[]> results;
  private final Map<String, Map<ByteBuffer, byte[]>> rows = new HashMap<>();

  /**
   * Makes its topics and starts it.
   *
   * @param run names it, and its topics
   * @param java the JVM
   * @param jvm options of the JVM
   * @param settings Flink's own, each {@code key=value}
   * @param log a file for its output
   */
  FlinkKeeper(Line line, String run, Path java, List<String> jvm, List<String> settings, Path log)
      throws IOException {
    this.run = run;
    this.log = log;
    KafkaConnection kafka = new KafkaConnection(line.stack.kafkaBootstrap(), Map.of());
    try (Admin admin = kafka.admin()) {
      admin
          .createTopics(
              FourQueries.NAMES.stream()
                  .map(name -> new NewTopic(topic(name), Optional.of(1), Optional.empty()))
                  .toList())
          .all()
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    }
    this.results = kafka.consumer("read_committed");
    List<TopicPartition> topics =
        FourQueries.NAMES.stream().map(name -> new TopicPartition(topic(name), 0)).toList();
    results.assign(topics);
    results.seekToBeginning(topics);
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(jvm);
    command.add("@" + FourQueries.HOME.resolve("jvm.options"));
    command.add("-cp");
    command.add(
        FourQueries.HOME.resolve("target/classes")
            + ":"
            + FourQueries.HOME.resolve("target/lib")
            + "/*");
    command.add("io.millrace.benchmarks.flink.FlinkRival");
    command.add(FourQueries.HOME.resolve("tables.sql").toString());
    command.add(FourQueries.HOME.resolve("warehouse/marts").toString());
    command.add(line.stack.kafkaBootstrap());
    command.add(line.stack.registryUrl());
    command.add(run);
    command.addAll(settings);
    this.process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  /** The topic of a query's rows. */
  private String topic(String query) {
    return run + "." + query;
  }

  @Override
  public List<ProcessHandle> processes() {
    return List.of(process.toHandle());
  }

  /** Waits until its topics hold these rows and no others: Flink knows no cuts. */
  @Override
  public void awaitShown(long cut, Map<String, List<String>> expected, Duration limit)
      throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!differing(expected).isEmpty()) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new AssertionError(
            "Flink has other rows for "
                + differing(expected)
                + (process.isAlive() ? " after " + limit : " and has ended")
                + tail());
      }
      do {
        for (ConsumerRecord<byte[], byte[]> row : results.poll(POLL)) {
          put(row);
        }
      } while (behind());
    }
  }

  private boolean behind() {
    return results.assignment().stream().anyMatch(topic -> results.currentLag(topic).orElse(0) > 0);
  }

  private void put(ConsumerRecord<byte[], byte[]> row) {
    Map<ByteBuffer, byte[]> topic = rows.computeIfAbsent(row.topic(), t -> new HashMap<>());
    ByteBuffer key = ByteBuffer.wrap(row.key());
    if (row.value() == null) {
      topic.remove(key);
    } else {
      topic.put(key, row.value());
    }
  }

  /** The queries whose rows are not these. */
  private List<String> differing(Map<String, List<String>> expected) throws IOException {
    List<String> differing = new ArrayList<>();
    for (Map.Entry<String, List<String>> query : expected.entrySet()) {
      Map<ByteBuffer, byte[]> topic = rows.getOrDefault(topic(query.getKey()), Map.of());
      if (topic.size() != query.getValue().size()
          || !rows(query.getKey()).equals(query.getValue())) {
        differing.add(query.getKey());
      }
    }
    return differing;
  }

  @Override
  public List<String> rows(String query) throws IOException {
    return FourQueries.written(rows.getOrDefault(topic(query), Map.of()).values());
  }

  private String tail() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return lines.stream()
        .skip(Math.max(0, lines.size() - 60))
        .collect(Collectors.joining("\n", "\n", ""));
  }

  /** Ends it at once. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
    results.close();
  }
}
