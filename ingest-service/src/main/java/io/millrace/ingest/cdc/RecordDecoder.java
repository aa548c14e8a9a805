package io.millrace.ingest.cdc;

import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceEvent.Change;
import io.millrace.ingest.SourceEvent.End;
import io.millrace.ingest.SourceEvent.Op;
import io.millrace.ingest.SourceEvent.Shape;
import io.millrace.ingest.SourceEvent.TransactionPart;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Turns Debezium's records into events, in order. Used by the engine's thread alone. */
final class RecordDecoder {
  private static final Map<String, Op> OPS =
      Arrays.stream(Op.values()).collect(Collectors.toMap(Op::letter, Function.identity()));

  private final String transactionTopic;
  private final Map<Name, TableDecoder> tables = new HashMap<>();

  private String transactionId = "";

  private record Name(String schema, String table) {}

  RecordDecoder(
      Database database, List<CapturedTable> captured, String prefix, String placeholder) {
    this.transactionTopic = prefix + ".transaction";
    for (CapturedTable table : captured) {
      CdcTable declared = table.declared();
      tables.put(
          new Name(declared.schema(), declared.table()),
          new TableDecoder(database, table, placeholder));
    }
  }

  List<SourceEvent> decode(List<SourceRecord> records) {
    List<SourceEvent> events = new ArrayList<>(records.size());
    for (SourceRecord record : records) {
      if (!(record.value() instanceof Struct value)) {
        continue;
      }
      if (transactionTopic.equals(record.topic())) {
        if (value.getString("status").equals("BEGIN")) {
          transactionId = value.getString("id");
        } else {
          LogPosition position = LogPosition.ofOffset(record.sourceOffset());
          events.add(new End(position.json(), position.committedAt()));
        }
      } else if (record.valueSchema().field("source") != null
          && record.valueSchema().field("after") != null) {
        change(record, value, events);
      }
    }
    return events;
  }

  private void change(SourceRecord record, Struct value, List<SourceEvent> events) {
    Struct source = value.getStruct("source");
    TableDecoder table =
        tables.get(new Name(source.getString("schema"), source.getString("table")));
    Op op = OPS.get(value.getString("op"));
    if (table == null || op == null) {
      return;
    }
    Shape shape = table.shapeOf(record);
    if (shape != null) {
      events.add(shape);
    }
    TableDecoder.Rows rows = table.rows(op, value);
    events.add(
        new Change(
            table.resource(),
            op,
            rows.key(),
            rows.before(),
            rows.after(),
            LogPosition.instant(source.getInt64("ts_us")),
            LogPosition.lsnText(source.getInt64("lsn")),
            part(value.getStruct("transaction"))));
  }

  /** The id is that of the BEGIN: on each row, Debezium puts the row's LSN into it. */
  private @Nullable TransactionPart part(@Nullable Struct transaction) {
    return transaction == null
        ? null
        : new TransactionPart(
            transactionId,
            transaction.getInt64("total_order"),
            transaction.getInt64("data_collection_order"));
  }
}
