package io.millrace.warehouse.algebra;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * A bound expression as SQL text with places for the columns of its input, which are known by
 * position, and for the present. Every cast is explicit, so binding the text again gives the same.
 *
 * @param type the SQL type of its value
 */
public record Expr(List<Piece> pieces, String type) {
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT);

  public Expr {
    pieces = List.copyOf(pieces);
  }

  /** A stretch of text or a place in it. */
  public sealed interface Piece {
    /** Text that stays. */
    record Text(String sql) implements Piece {}

    /** A column of the input. */
    record Ref(int column) implements Piece {}

    /** A string literal of the present: an instant in UTC, or its day. */
    record Now(boolean day, String suffix) implements Piece {}
  }

  /** A column of the input as it is. */
  public static Expr column(int index, String type) {
    return new Expr(List.of(new Piece.Ref(index)), type);
  }

  /** An expression without columns. */
  public static Expr constant(String sql, String type) {
    return new Expr(List.of(new Piece.Text(sql)), type);
  }

  /** The columns of an input, one expression each. */
  public static List<Expr> columns(List<String> types) {
    List<Expr> columns = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      columns.add(column(i, types.get(i)));
    }
    return columns;
  }

  /** Its SQL for an expression that does not ask for the time. */
  public String sql(IntFunction<String> columns) {
    return sql(columns, Instant.EPOCH);
  }

  /**
   * Its SQL.
   *
   * @param columns the text that stands for each column of the input
   * @param now what the present means
   */
  public String sql(IntFunction<String> columns, Instant now) {
    StringBuilder sql = new StringBuilder();
    for (Piece piece : pieces) {
      sql.append(
          switch (piece) {
            case Piece.Text(String text) -> text;
            case Piece.Ref(int column) -> columns.apply(column);
            case Piece.Now(boolean day, String suffix) -> "'" + literal(now, day) + suffix + "'";
          });
    }
    return sql.toString();
  }

  /** The text of an instant as a query's constants of the present have it. */
  static String literal(Instant now, boolean day) {
    LocalDate date = LocalDate.ofInstant(now, ZoneOffset.UTC);
    return day ? date.toString() : MICROS.format(LocalDateTime.ofInstant(now, ZoneOffset.UTC));
  }

  /** The column that it is, if it is one as it is. */
  public OptionalInt asColumn() {
    return pieces.size() == 1 && pieces.getFirst() instanceof Piece.Ref(int column)
        ? OptionalInt.of(column)
        : OptionalInt.empty();
  }

  /** Whether it asks for the time. */
  public boolean usesNow() {
    return pieces.stream().anyMatch(Piece.Now.class::isInstance);
  }

  /** The columns that it needs. */
  Stream<Integer> reads() {
    return pieces.stream()
        .flatMap(p -> p instanceof Piece.Ref(int column) ? Stream.of(column) : Stream.empty());
  }

  /** Whether it needs none but the first columns. */
  public boolean within(int columns) {
    return pieces.stream().noneMatch(p -> p instanceof Piece.Ref(int column) && column >= columns);
  }

  /** Whether its value is the same for all rows. */
  public boolean isConstant() {
    return pieces.stream().noneMatch(Piece.Ref.class::isInstance);
  }

  /** Itself over the input of its input, whose outputs are given. */
  public Expr over(List<Expr> inputs) {
    return replaced(column -> inputs.get(column).pieces());
  }

  /** Itself, its columns moved by so many places to the right. */
  public Expr shifted(int by) {
    return replaced(column -> List.of(new Piece.Ref(column + by)));
  }

  private Expr replaced(Function<Integer, List<Piece>> columns) {
    List<Piece> replaced = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece instanceof Piece.Ref(int column)) {
        replaced.addAll(columns.apply(column));
      } else {
        replaced.add(piece);
      }
    }
    return new Expr(replaced, type);
  }
}
