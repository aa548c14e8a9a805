package io.millrace.ingest.api;

import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.DataType.Simple;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A value of a cursor column. Text that is an ISO timestamp is compared as the instant that it
 * names, other values by their type; values of different kinds by their text.
 */
sealed interface CursorValue extends Comparable<CursorValue> {

  /** As a query parameter and in a position. */
  String text();

  /** The value {@code lag} earlier; the same value where there is no earlier. */
  CursorValue minus(Duration lag);

  @Override
  default int compareTo(CursorValue other) {
    return switch (this) {
      case Moment moment when other instanceof Moment that -> moment.at.compareTo(that.at);
      case Count count when other instanceof Count that -> count.value.compareTo(that.value);
      case Moment _, Count _, Text _ -> text().compareTo(other.text());
    };
  }

  /** How a moment is written. */
  enum Form {
    INSTANT,
    LOCAL,
    DATE
  }

  /** A point in time; values without a zone count as UTC. */
  record Moment(Instant at, Form form) implements CursorValue {
    @Override
    public String text() {
      return switch (form) {
        case INSTANT -> at.toString();
        case LOCAL -> LocalDateTime.ofInstant(at, ZoneOffset.UTC).toString();
        case DATE -> LocalDate.ofInstant(at, ZoneOffset.UTC).toString();
      };
    }

    @Override
    public CursorValue minus(Duration lag) {
      Instant earlier = at.minus(lag);
      return new Moment(form == Form.DATE ? earlier.truncatedTo(ChronoUnit.DAYS) : earlier, form);
    }
  }

  /** A number. */
  record Count(BigDecimal value) implements CursorValue {
    @Override
    public String text() {
      return value.toPlainString();
    }

    @Override
    public CursorValue minus(Duration lag) {
      return this;
    }
  }

  /** Any other text. */
  record Text(String text) implements CursorValue {
    @Override
    public CursorValue minus(Duration lag) {
      return this;
    }
  }

  /**
   * The cursor value of a row's value, in the form of {@code SourceEvent.Change}; null for NULL.
   */
  static @Nullable CursorValue ofRow(@Nullable Object value, DataType type) {
    return switch (value) {
      case null -> null;
      case Long micros when type == Simple.TIMESTAMPTZ ->
          new Moment(ofMicros(micros), Form.INSTANT);
      case Long micros when type == Simple.TIMESTAMP -> new Moment(ofMicros(micros), Form.LOCAL);
      case Integer days when type == Simple.DATE ->
          new Moment(
              LocalDate.ofEpochDay(days).atStartOfDay().toInstant(ZoneOffset.UTC), Form.DATE);
      case BigDecimal number -> new Count(number);
      case Number number -> new Count(new BigDecimal(number.toString()));
      default -> ofText(value.toString());
    };
  }

  /**
   * Reads {@link #text} of a column's value.
   *
   * @throws DateTimeException when the text is not of the type
   * @throws NumberFormatException when the text is not of the type
   */
  static CursorValue parse(String text, DataType type) {
    return switch (type) {
      case Simple.TIMESTAMPTZ -> new Moment(OffsetDateTime.parse(text).toInstant(), Form.INSTANT);
      case Simple.TIMESTAMP ->
          new Moment(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC), Form.LOCAL);
      case Simple.DATE ->
          new Moment(LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC), Form.DATE);
      case Simple.TINYINT,
          Simple.SMALLINT,
          Simple.INTEGER,
          Simple.BIGINT,
          Simple.FLOAT,
          Simple.DOUBLE ->
          new Count(new BigDecimal(text));
      case DataType.Decimal _ -> new Count(new BigDecimal(text));
      case Simple.BOOLEAN, Simple.VARCHAR, Simple.BLOB, Simple.TIME, Simple.UUID -> ofText(text);
      case DataType.Nested _ -> ofText(text);
    };
  }

  private static CursorValue ofText(String text) {
    try {
      return new Moment(OffsetDateTime.parse(text).toInstant(), Form.INSTANT);
    } catch (DateTimeException _) {
      return new Text(text);
    }
  }

  private static Instant ofMicros(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
