package io.millrace.lake;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;

/**
 * A condition on one column. NULL meets none of them.
 *
 * @param column its name
 * @param value as text that casts to the column's type
 */
public record Condition(String column, Comparison comparison, String value) {

  /** How a column's value relates to the other. */
  public enum Comparison {
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
   * The column that it is on.
   *
   * @throws MillraceException LK-009 when there is none
   */
  Column in(RowSchema schema) {
    return schema
        .column(column)
        .orElseThrow(() ->
            new MillraceException(
                LakeError.LK_009_CHANGES_INVALID,
                "there is no column " + column + " to read by. There are " + schema.names() + "."));
  }

  /** The condition on rows that have the column. */
  String sql(Column of) {
    return Text.of("%s %s %s", Sql.name(of.name()), comparison.sql, literal(of));
  }

  /**
   * The condition on a file, true when a row of it may meet this one.
   *
   * @param least SQL of a bound below all its values, or of NULL
   * @param greatest SQL of a bound above all its values, or of NULL
   */
  String mayHold(Column of, String least, String greatest) {
    String value = literal(of);
    String below = Text.of("coalesce(%s %s %s, true)", least, lessThan(), value);
    String above = Text.of("coalesce(%s %s %s, true)", greatest, greaterThan(), value);
    return switch (comparison) {
      case EQUAL -> below + " AND " + above;
      case LESS, AT_MOST -> below;
      case GREATER, AT_LEAST -> above;
    };
  }

  private String lessThan() {
    return comparison == Comparison.LESS ? "<" : "<=";
  }

  private String greaterThan() {
    return comparison == Comparison.GREATER ? ">" : ">=";
  }

  private String literal(Column of) {
    return Text.of("CAST(%s AS %s)", Sql.text(value), of.type().sql());
  }
}
