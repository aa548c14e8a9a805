package io.millrace.ingest.cdc;

import io.debezium.connector.postgresql.PostgresConnector;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.source.CdcSource;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What Debezium is told. Everything here that carries correctness is set explicitly, also where it
 * is the default; a source's own {@code debezium:} properties may tune the rest.
 */
final class EngineProperties {
  /** Beginnings of the names that are ours to set, beside the names set below. */
  private static final List<String> OURS =
      List.of(
          "snapshot.",
          "offset.",
          "slot.",
          "publication.",
          "publish.",
          "plugin.",
          "transaction.",
          "provide.",
          "converters",
          "transforms",
          "predicates",
          "signal.",
          "notification.",
          "incremental.",
          "read.only",
          "table.",
          "schema.",
          "column.",
          "datatype.",
          "message.",
          "msg.",
          "key.",
          "value.",
          "header",
          "topic.",
          "tombstones.",
          "skipped.",
          "errors.",
          "event.",
          "heartbeat.",
          "lsn.",
          "flush.",
          "source",
          "include.",
          "replica.",
          "record.",
          "executor.",
          "task",
          "connector.",
          "custom.");

  /** Set below, but a source may say otherwise. */
  private static final Set<String> TUNING =
      Set.of("poll.interval.ms", "max.queue.size.in.bytes", "lsn.flush.timeout.ms");

  private static final int QUEUE_BYTES_MAX = 32 << 20;

  private EngineProperties() {}

  /**
   * @param prefix of Debezium's topics; new for every engine, as its metrics are registered by it
   * @param placeholder what stands for a value that the log does not hold
   */
  static Properties of(
      CdcSource source, String password, LogPosition start, String prefix, String placeholder) {
    Properties properties = ours(source, password, start, prefix, placeholder);
    source.debezium().forEach(properties::setProperty);
    return properties;
  }

  private static Properties ours(
      CdcSource source, String password, LogPosition start, String prefix, String placeholder) {
    Properties properties = new Properties();
    properties.setProperty("name", prefix);
    properties.setProperty("connector.class", PostgresConnector.class.getName());
    properties.setProperty("topic.prefix", prefix);
    properties.setProperty("database.hostname", source.host());
    properties.setProperty("database.port", Integer.toString(source.port()));
    properties.setProperty("database.dbname", source.database());
    properties.setProperty("database.user", source.user());
    properties.setProperty("database.password", password);
    place(properties, source, start);
    values(properties, placeholder);
    behaviour(properties);
    return properties;
  }

  /** From where what is read: our slot, our publication, our position, never a snapshot. */
  private static void place(Properties properties, CdcSource source, LogPosition start) {
    properties.setProperty("plugin.name", "pgoutput");
    properties.setProperty("slot.name", source.slot());
    properties.setProperty("slot.drop.on.stop", "false");
    properties.setProperty("slot.max.retries", "0");
    properties.setProperty("publication.name", source.publication());
    properties.setProperty("publication.autocreate.mode", "disabled");
    properties.setProperty("publish.via.partition.root", "true");
    properties.setProperty("snapshot.mode", "no_data");
    properties.setProperty("offset.storage", EnginePosition.class.getName());
    properties.setProperty(EnginePosition.PROPERTY, start.json());
    properties.setProperty("offset.mismatch.strategy", "no_validation");
    properties.setProperty("lsn.flush.mode", "connector");
    properties.setProperty(
        "table.include.list",
        source.tables().stream().map(EngineProperties::pattern).collect(Collectors.joining(",")));
    properties.setProperty("message.prefix.include.list", literal(Heartbeat.prefix(source.slot())));
  }

  /** How values are written; {@link ColumnReader} reads exactly these forms. */
  private static void values(Properties properties, String placeholder) {
    // As text, since only that keeps trailing zeros and lets NaN through to be refused by us.
    properties.setProperty("decimal.handling.mode", "string");
    properties.setProperty("time.precision.mode", "microseconds");
    properties.setProperty("binary.handling.mode", "bytes");
    properties.setProperty("unavailable.value.placeholder", placeholder);
    properties.setProperty("include.unknown.datatypes", "false");
    properties.setProperty("column.propagate.source.type", ".*");
    properties.setProperty("field.name.adjustment.mode", "none");
    properties.setProperty("schema.name.adjustment.mode", "none");
    properties.setProperty("event.converting.failure.handling.mode", "fail");
    properties.setProperty("event.processing.failure.handling.mode", "fail");
  }

  private static void behaviour(Properties properties) {
    properties.setProperty("provide.transaction.metadata", "true");
    properties.setProperty("skipped.operations", "none");
    properties.setProperty("tombstones.on.delete", "false");
    properties.setProperty("heartbeat.interval.ms", "0");
    // The loop opens another reader after a failure; a second place that retries would hide it.
    properties.setProperty("errors.max.retries", "0");
    properties.setProperty("record.processing.threads", "1");
    properties.setProperty("record.processing.order", "ORDERED");
    properties.setProperty("record.processing.shutdown.timeout.ms", "1000");
    properties.setProperty("executor.shutdown.timeout.ms", "2000");
    properties.setProperty("task.management.timeout.ms", "60000");
    properties.setProperty("lsn.flush.timeout.ms", "5000");
    // Little beside a cut interval; every look at a quiet database costs CPU, 0.7 ms at a time.
    properties.setProperty("poll.interval.ms", "50");
    properties.setProperty("max.queue.size.in.bytes", Integer.toString(QUEUE_BYTES_MAX));
  }

  /** Refuses a source whose own properties are ours to set. */
  static void check(CdcSource source) {
    LogPosition nowhere = new LogPosition(1, null, Instant.EPOCH);
    Properties ours = ours(source, "", nowhere, "", "");
    for (String name : source.debezium().keySet()) {
      boolean set = ours.containsKey(name) || OURS.stream().anyMatch(name::startsWith);
      if (set && !TUNING.contains(name)) {
        throw new MillraceException(
            IngestError.ING_014_PROPERTY_REFUSED,
            "Source "
                + source.name()
                + ": the Debezium property "
                + name
                + " is set by Millrace, because what is read exactly once depends on it. Remove it"
                + " from debezium: in sources/"
                + source.name()
                + ".yml.");
      }
    }
  }

  private static String pattern(CdcTable table) {
    return literal(table.schema()) + "\\." + literal(table.table());
  }

  /** A regular expression for the text itself; commas would part the list. */
  private static String literal(String text) {
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isLetterOrDigit(c) || c == '_') {
        pattern.append(c);
      } else {
        pattern.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return pattern.toString();
  }
}
