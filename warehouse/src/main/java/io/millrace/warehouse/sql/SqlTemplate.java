package io.millrace.warehouse.sql;

import io.millrace.contracts.TableName;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * SQL text with places for relations and for the time.
 *
 * @param pieces in order
 */
public record SqlTemplate(List<Piece> pieces) {

  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT);

  public SqlTemplate {
    pieces = List.copyOf(pieces);
  }

  /** A stretch of text or a place in it. */
  public sealed interface Piece {
    /** Text that stays. */
    record Text(String sql) implements Piece {}

    /** Where a relation comes. */
    record Input(TableName table) implements Piece {}

    /** Where a constant of the present comes. */
    record Now(NowType type) implements Piece {}
  }

  /** The types in which a query can ask for the time. */
  public enum NowType {
    TIMESTAMPTZ,
    /** Without zone, read in UTC. */
    TIMESTAMP,
    /** The day in UTC. */
    DATE;

    String sql() {
      return this == TIMESTAMPTZ ? "TIMESTAMP WITH TIME ZONE" : name();
    }
  }

  /** Fills the places of a template that does not ask for the time. */
  public String render(Function<TableName, String> relation) {
    return render(relation, Optional.empty());
  }

  /**
   * Fills all places.
   *
   * @throws IllegalArgumentException when the time is asked for and not given
   */
  public String render(Function<TableName, String> relation, Optional<Instant> now) {
    return fill(
        relation,
        type ->
            constant(
                type,
                now.orElseThrow(
                    () -> new IllegalArgumentException("the query asks for the time"))));
  }

  /** Fills all places, those of the present with any text of their type. */
  String fill(Function<TableName, String> relation, Function<NowType, String> now) {
    StringBuilder sql = new StringBuilder();
    for (Piece piece : pieces) {
      sql.append(
          switch (piece) {
            case Piece.Text(String text) -> text;
            case Piece.Input(TableName table) -> relation.apply(table);
            case Piece.Now(NowType type) -> now.apply(type);
          });
    }
    return sql.toString();
  }

  private static String constant(NowType type, Instant now) {
    LocalDateTime utc = LocalDateTime.ofInstant(now, ZoneOffset.UTC);
    String micros = MICROS.format(utc);
    return switch (type) {
      case TIMESTAMPTZ -> "CAST('" + micros + "+00' AS " + type.sql() + ")";
      case TIMESTAMP -> "CAST('" + micros + "' AS " + type.sql() + ")";
      case DATE -> "CAST('" + utc.toLocalDate() + "' AS " + type.sql() + ")";
    };
  }
}
