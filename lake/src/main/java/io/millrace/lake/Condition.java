package io.millrace.lake;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A condition on a table's rows, by which files can be left out. */
public sealed interface Condition {

  /**
   * A comparison. NULL meets none.
   *
   * @param column its name
   * @param value as text that casts to the column's type
   */
  record Compares(String column, Comparison comparison, String value) implements Condition {}

  /** A column without a value. */
  record IsNull(String column) implements Condition {}

  /** A column with a value. */
  record IsNotNull(String column) implements Condition {}

  /** At least one of several, of which there is one. */
  record Any(List<Condition> conditions) implements Condition {}

  /** All of several, of which there is one. */
  record All(List<Condition> conditions) implements Condition {}

  /** How a column's value relates to the other. */
  enum Comparison {
    EQUAL("="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">=");

    private final String sql;

    Comparison(String sql) {
      this.sql = sql;
    }
  }

  /**
   * What a file's statistics say of a column, as SQL that may be NULL.
   *
   * @param least a bound below all its values
   * @param greatest a bound above all its values
   * @param nulls how often it has no value; not more than in fact only if 0
   * @param rows rows of the file
   */
  record Bounds(String least, String greatest, String nulls, String rows) {}

  /** The columns that it is on, by name. */
  default Stream<String> columns() {
    return switch (this) {
      case Compares(String column, Comparison _, String _) -> Stream.of(column);
      case IsNull(String column) -> Stream.of(column);
      case IsNotNull(String column) -> Stream.of(column);
      case Any(List<Condition> conditions) -> conditions.stream().flatMap(Condition::columns);
      case All(List<Condition> conditions) -> conditions.stream().flatMap(Condition::columns);
    };
  }

  /**
   * The condition on rows of these columns.
   *
   * @throws MillraceException LK-009 when a column is not there
   */
  default String sql(RowSchema schema) {
    return switch (this) {
      case Compares(String name, Comparison comparison, String value) -> {
        Column column = column(schema, name);
        yield Text.of("%s %s %s", Sql.name(column.name()), comparison.sql, literal(column, value));
      }
      case IsNull(String name) -> Sql.name(column(schema, name).name()) + " IS NULL";
      case IsNotNull(String name) -> Sql.name(column(schema, name).name()) + " IS NOT NULL";
      case Any(List<Condition> conditions) -> joined(conditions, " OR ", c -> c.sql(schema));
      case All(List<Condition> conditions) -> joined(conditions, " AND ", c -> c.sql(schema));
    };
  }

  /** The condition on a file, true when a row of it may meet this one. */
  default String mayHold(RowSchema schema, Function<Column, Bounds> bounds) {
    return switch (this) {
      case Compares(String name, Comparison comparison, String value) -> {
        Column column = column(schema, name);
        Bounds of = bounds.apply(column);
        String literal = literal(column, value);
        String least = comparison == Comparison.LESS ? "<" : "<=";
        String greatest = comparison == Comparison.GREATER ? ">" : ">=";
        String below = Text.of("coalesce(%s %s %s, true)", of.least(), least, literal);
        String above = Text.of("coalesce(%s %s %s, true)", of.greatest(), greatest, literal);
        String bounded =
            switch (comparison) {
              case EQUAL -> below + " AND " + above;
              case LESS, AT_MOST -> below;
              case GREATER, AT_LEAST -> above;
            };
        yield bounded + " AND " + anyValue(of);
      }
      case IsNull(String name) ->
          Text.of("coalesce(%s > 0, true)", bounds.apply(column(schema, name)).nulls());
      case IsNotNull(String name) -> anyValue(bounds.apply(column(schema, name)));
      case Any(List<Condition> conditions) ->
          joined(conditions, " OR ", c -> c.mayHold(schema, bounds));
      case All(List<Condition> conditions) ->
          joined(conditions, " AND ", c -> c.mayHold(schema, bounds));
    };
  }

  /** The column of that name. */
  static Column column(RowSchema schema, String name) {
    return schema
        .column(name)
        .orElseThrow(() ->
            new MillraceException(
                LakeError.LK_009_CHANGES_INVALID,
                "there is no column " + name + " to read by. There are " + schema.names() + "."));
  }

  private static String anyValue(Bounds of) {
    return Text.of("coalesce(%s < %s, true)", of.nulls(), of.rows());
  }

  private static String joined(
      List<Condition> conditions, String word, Function<Condition, String> sql) {
    return conditions.stream().map(sql).collect(Collectors.joining(word, "(", ")"));
  }

  private static String literal(Column of, String value) {
    return Text.of("CAST(%s AS %s)", Sql.text(value), of.type().sql());
  }
}
