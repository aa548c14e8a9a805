package io.millrace.ingest.cdc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in PostgreSQL's log behind a whole transaction (the end of its commit record), or the
 * consistent point of a snapshot. From there the server itself sends exactly the transactions whose
 * commit lies at or behind it.
 *
 * @param lsn byte position in the log
 * @param txId the transaction that ends there, null for a snapshot
 * @param committedAt the source's clock at its commit
 */
record LogPosition(long lsn, @Nullable Long txId, Instant committedAt) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reads {@link #json()} back. */
  static LogPosition parse(String text) {
    try {
      JsonNode node = JSON.readTree(text);
      long lsn = node.path("lsn").asLong();
      if (lsn > 0 && node.path("ts_usec").isIntegralNumber()) {
        Long txId = node.hasNonNull("txId") ? node.get("txId").asLong() : null;
        return new LogPosition(lsn, txId, instant(node.get("ts_usec").asLong()));
      }
    } catch (JsonProcessingException e) {
      throw unreadable(text, e);
    }
    throw unreadable(text, null);
  }

  /** Reads the offset of a record that ends a transaction. */
  static LogPosition ofOffset(Map<String, ?> offset) {
    long lsn = number(offset, "lsn");
    long micros = number(offset, "ts_usec");
    Long txId = offset.get("txId") instanceof Number n ? n.longValue() : null;
    return new LogPosition(lsn, txId, instant(micros));
  }

  /** The LSN that PostgreSQL writes as {@code 16/B374D848}. */
  static long parseLsn(String text) {
    int slash = text.indexOf('/');
    return (Long.parseLong(text.substring(0, slash), 16) << 32)
        | Long.parseLong(text.substring(slash + 1), 16);
  }

  static String lsnText(long lsn) {
    return String.format(Locale.ROOT, "%X/%X", lsn >>> 32, lsn & 0xFFFF_FFFFL);
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  String lsnText() {
    return lsnText(lsn);
  }

  /** The text that is announced and stored; also the JSON of the engine's start offset. */
  String json() {
    try {
      return JSON.writeValueAsString(startOffset());
    } catch (JsonProcessingException e) {
      throw unreadable("of LSN " + lsnText(), e);
    }
  }

  /**
   * Debezium's offset without {@code lsn_proc} and {@code lsn_commit}: with them it would search
   * the log for its place by LSNs of single rows, which interleaved transactions do not order, and
   * skip rows; without them it passes on whatever the server sends from {@code lsn}.
   */
  private Map<String, Object> startOffset() {
    Map<String, Object> offset = new HashMap<>();
    offset.put("lsn", lsn);
    offset.put("ts_usec", ChronoUnit.MICROS.between(Instant.EPOCH, committedAt));
    if (txId != null) {
      offset.put("txId", txId);
    }
    return offset;
  }

  private static long number(Map<String, ?> offset, String key) {
    if (offset.get(key) instanceof Number n) {
      return n.longValue();
    }
    throw unreadable("without " + key, null);
  }

  static MillraceException unreadable(String text, @Nullable Throwable cause) {
    return new MillraceException(
        IngestError.ING_019_POSITION_UNREADABLE,
        "the position '"
            + text
            + "' is not one of a PostgreSQL source. Was another kind of source under this name"
            + " before? A new snapshot of the source begins a new position.",
        cause);
  }
}
