package io.millrace.warehouse.algebra;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;

/** Reads constants. */
final class Literals {

  private Literals() {}

  static Expr read(JsonNode value) {
    String type = Types.sql(value.path("type"));
    if (value.path("is_null").asBoolean()) {
      return Expr.constant(type.equals("\"NULL\"") ? "NULL" : "CAST(NULL AS " + type + ")", type);
    }
    JsonNode v = value.path("value");
    return switch (type) {
      case "VARCHAR" -> text(v.asText());
      case "JSON" -> cast(v.asText().replace("'", "''"), type);
      case "BOOLEAN" -> Expr.constant(v.asBoolean() ? "true" : "false", type);
      case "TINYINT",
          "SMALLINT",
          "INTEGER",
          "BIGINT",
          "UTINYINT",
          "USMALLINT",
          "UINTEGER",
          "UBIGINT",
          "FLOAT",
          "DOUBLE" ->
          cast(v.asText(), type);
      case "HUGEINT" ->
          cast(
              BigInteger.valueOf(v.path("upper").asLong())
                  .shiftLeft(64)
                  .add(v.path("lower").bigIntegerValue())
                  .toString(),
              type);
      case "DATE" -> time(LocalDate.ofEpochDay(v.asLong()).toString(), type);
      case "TIMESTAMP" -> time(Expr.literal(micros(v), false), type);
      case "TIMESTAMP WITH TIME ZONE" -> time(Expr.literal(micros(v), false) + "+00", type);
      case "INTERVAL" ->
          Expr.constant(
              "(to_months(%d) + to_days(%d) + to_microseconds(%d))"
                  .formatted(
                      v.path("months").asLong(),
                      v.path("days").asLong(),
                      v.path("micros").asLong()),
              type);
      default -> decimal(v, type);
    };
  }

  private static Expr decimal(JsonNode v, String type) {
    if (!type.startsWith("DECIMAL") || !v.isIntegralNumber()) {
      throw new UnknownConstruct(Reason.UNKNOWN_EXPRESSION, "constant of type " + type);
    }
    int scale = Integer.parseInt(type.substring(type.indexOf(',') + 1, type.length() - 1));
    return cast(new BigDecimal(v.bigIntegerValue(), scale).toPlainString(), type);
  }

  private static Instant micros(JsonNode v) {
    long micros = v.asLong();
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1000L);
  }

  private static Expr text(String text) {
    return Expr.constant("'" + text.replace("'", "''") + "'", "VARCHAR");
  }

  private static Expr time(String text, String type) {
    return new ExpressionReader.Text()
        .add("CAST(")
        .add(text(text))
        .add(" AS " + type + ")")
        .expr(type);
  }

  private static Expr cast(String text, String type) {
    return Expr.constant("CAST('" + text + "' AS " + type + ")", type);
  }
}
