package io.millrace.local.judge;

import io.millrace.changelog.cut.CutLog;
import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.wire.WireFormat;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.wire.OffsetRange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;

/**
 * Which cut each transaction of a database came with, read from the cut log and from the
 * transaction blocks of a raw topic, without the code of the services.
 *
 * @param opening the first cut that opens an image of the topic; what was committed before it has
 *     no change of its own
 * @param cuts transaction id, as the database counts them, to the number of its cut
 */
record TransactionCuts(long opening, Map<Long, Long> cuts) {
  private static final int FRAME_BYTES = 5;

  /** Reads both topics to their ends. */
  static TransactionCuts read(
      KafkaConnection kafka, SchemaRegistry registry, String cutTopic, String rawTopic) {
    CutLog log = RecordedCuts.read(kafka, registry, cutTopic);
    Map<Long, Long> cuts = new TreeMap<>();
    RecordedCuts.each(
        kafka,
        rawTopic,
        entry ->
            transaction(registry, entry.value())
                .ifPresent(id ->
                    cutOf(log, rawTopic, entry.offset()).ifPresent(cut -> note(cuts, id, cut))));
    return new TransactionCuts(log.openings(rawTopic).getFirst().number(), cuts);
  }

  private static void note(Map<Long, Long> cuts, long transaction, long cut) {
    Long before = cuts.put(transaction, cut);
    if (before != null && before != cut) {
      throw new IllegalStateException(
          "Transaction %d lies in two cuts, %d and %d".formatted(transaction, before, cut));
    }
  }

  /** The cut whose ranges hold the offset; a leftover of a killed writer is in none. */
  private static Optional<Long> cutOf(CutLog log, String topic, long offset) {
    Optional<FoldedCut> cut = log.nextWithRanges(topic, -1);
    while (cut.isPresent()) {
      for (OffsetRange range : cut.get().ranges().getOrDefault(topic, List.of())) {
        if (range.getStart() <= offset && offset < range.getEnd()) {
          return Optional.of(cut.get().number());
        }
      }
      cut = log.nextWithRanges(topic, cut.get().number());
    }
    return Optional.empty();
  }

  private static Optional<Long> transaction(SchemaRegistry registry, byte[] framed) {
    try {
      GenericRecord change =
          new GenericDatumReader<GenericRecord>(registry.byId(WireFormat.schemaId(framed)))
              .read(
                  null,
                  DecoderFactory.get()
                      .binaryDecoder(framed, FRAME_BYTES, framed.length - FRAME_BYTES, null));
      return change.get("transaction") instanceof GenericRecord block
          ? Optional.of(Long.valueOf(block.get("id").toString().split(":", 2)[0]))
          : Optional.empty();
    } catch (IOException e) {
      throw new MillraceException(
          ChangelogError.CL_051_CONTROL_RECORD, "a raw record does not decode.", e);
    }
  }
}
