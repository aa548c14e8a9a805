package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.range.RangeWriter;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.changelog.wire.WireFormat;
import io.millrace.cli.Main;
import io.millrace.cli.RunFile;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.Cut;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Records that staging cannot take, as their owner meets them. */
@OnSharedLine
class DeadLettersIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final TableName CUSTOMER = TableName.parse("staging.customer");
  private static final String TOPIC = "shop.raw.shop.customer";
  private static final int UNKNOWN_SCHEMA = 99_999_999;

  private final Line line;
  private final KafkaConnection kafka;

  DeadLettersIT(Line line) {
    this.line = line;
    this.kafka = new KafkaConnection(line.stack.kafkaBootstrap(), Map.of());
    new RunFile(
            ProcessHandle.current().pid(),
            line.warehouse.toString(),
            line.lake.toString(),
            line.stack.kafkaBootstrap(),
            line.stack.registryUrl(),
            Map.of())
        .write(line.folder);
  }

  @Test
  void setsARowAsideThatCannotBeCastAndKeepsItsLastGoodOne() throws Exception {
    try (Shop shop = new Shop(line)) {
      String phone = shop.value("SELECT c_phone FROM customer WHERE c_custkey = 3");
      shop.transaction(
          "UPDATE customer SET c_phone = 'unlisted', updated_at = now() WHERE c_custkey = 3",
          "UPDATE customer SET c_address = 'beside it', updated_at = now() WHERE c_custkey = 4");
      line.awaitShown(Clock.systemUTC().instant(), LIMIT);

      assertThat(staged("customer_key = 4 AND address = 'beside it'")).isEqualTo(1);
      assertThat(staged("customer_key = 3 AND phone = '" + phone + "'")).isEqualTo(1);
      String letter = letter("STG-001");
      assertThat(letter).contains("staging.customer", "select", "cannot be converted");
      assertThat(millrace("dlq", "show", id(letter)))
          .contains("value, Avro of schema", "\"c_phone\": \"unlisted\"", "key, Avro of schema")
          .doesNotContain(line.stack.postgres().password());

      shop.transaction(
          "UPDATE customer SET c_phone = '%s', updated_at = now() WHERE c_custkey = 3"
              .formatted(phone));
    }
    Verdict.drainedAndRight(line);
  }

  /** What ingest would never write, in the middle of a range that a valid cut announces. */
  @Test
  void setsGarbageInAnAnnouncedRangeAsideAndTakesTheRest() throws Exception {
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
    line.stop(Service.INGEST);
    ConsumerRecord<byte[], byte[]> good = lastChange();
    byte[] unknown = good.value().clone();
    ByteBuffer.wrap(unknown).putInt(1, UNKNOWN_SCHEMA);
    byte[] large = new byte[3 << 20];
    Arrays.fill(large, (byte) 7);
    byte[] cutOff = Arrays.copyOf(good.value(), good.value().length - 7);
    announce(
        good,
        List.of(
            large,
            "no change at all".getBytes(StandardCharsets.UTF_8),
            unknown,
            cutOff,
            good.key(),
            good.value()));
    line.start(Service.INGEST);
    try (Shop shop = new Shop(line)) {
      shop.transaction(
          "UPDATE customer SET c_address = 'after it', updated_at = now() WHERE c_custkey = 5");
    }
    Verdict.drainedAndRight(line);
    assertThat(staged("customer_key = 5 AND address = 'after it'")).isEqualTo(1);
    assertThat(millrace("dlq", "show", id(letter("CL-004"))))
        .contains("value, text: no change at all", "millrace.table: staging.customer");
    assertThat(millrace("dlq", "show", id(letter("CL-002"))))
        .contains("value, hex: 00", "millrace.schema-id: " + UNKNOWN_SCHEMA);
    assertThat(millrace("dlq", "show", id(letter("CL-005")))).contains("value, hex: 00");
    assertThat(letter("CON-002")).contains("staging.customer", "decode");
  }

  /** As ingest does it: data in a transaction, then the cut, which moves its source nowhere. */
  private void announce(ConsumerRecord<byte[], byte[]> good, List<byte[]> values) throws Exception {
    Properties config = new Properties();
    config.put("bootstrap.servers", line.stack.kafkaBootstrap());
    try (Cuts cuts = new Cuts(line);
        WarehouseTopics topics = new WarehouseTopics(kafka);
        SchemaRegistry registry = new SchemaRegistry(URI.create(line.stack.registryUrl()));
        RangeWriter writer = new RangeWriter(kafka, topics, "shop.ingest.shop");
        KafkaProducer<byte[], byte[]> plain =
            new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (byte[] value : values) {
        writer.send(TOPIC, good.key(), value);
      }
      FoldedCut last = cuts.last("shop");
      Cut cut =
          new Cut(
              "shop",
              last.number(),
              last.to().orElseThrow(),
              writer.finish(),
              last.sourceCommittedAt());
      int schema = registry.register("shop.millrace.cuts-value", Cut.getClassSchema());
      byte[] key = "shop".getBytes(StandardCharsets.UTF_8);
      var _ =
          plain
              .send(
                  new ProducerRecord<>(
                      "shop.millrace.cuts", 0, key, WireFormat.encode(schema, cut)))
              .get();
      assertThat(cuts.last("shop").number()).isGreaterThan(last.number());
    }
  }

  /** The last change on the topic. */
  private ConsumerRecord<byte[], byte[]> lastChange() {
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    try (Consumer<byte[], byte[]> consumer = kafka.consumer("read_committed");
        Cuts cuts = new Cuts(line)) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, cuts.announced(TOPIC) - 1);
      while (true) {
        for (ConsumerRecord<byte[], byte[]> found : consumer.poll(Duration.ofMillis(200))) {
          return found;
        }
      }
    }
  }

  private long staged(String condition) throws Exception {
    try (Truth truth = new Truth(line)) {
      return truth.count(
          "SELECT count(*) FROM %s WHERE %s"
              .formatted(truth.view(CUSTOMER, Long.MAX_VALUE), condition));
    }
  }

  /** The line of the list that has this code. */
  private String letter(String code) {
    return millrace("dlq", "list")
        .lines()
        .filter(l -> l.contains(code))
        .reduce((first, second) -> second)
        .orElseThrow(() -> new AssertionError("no dead letter of code " + code));
  }

  private static String id(String letter) {
    return letter.strip().replaceAll("\\s.*", "");
  }

  private String millrace(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--dir";
    all[arguments.length + 1] = line.folder.toString();
    assertThat(command.execute(all)).as("%s", out).isZero();
    return out.toString();
  }
}
