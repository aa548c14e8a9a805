package io.millrace.contracts.row;

import io.millrace.contracts.error.ContractError;
import io.millrace.contracts.error.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads a type as DuckDB writes it, such as {@code STRUCT(a INTEGER, "b c" VARCHAR[])[]}. */
final class TypeText {
  private static final String END_OF_NAME = "()[],\"'";

  private final String text;
  private int at;

  TypeText(String text) {
    this.text = text;
  }

  DataType parse() {
    DataType type = type();
    if (at < text.length()) {
      throw unsupported();
    }
    return type;
  }

  private DataType type() {
    DataType type = named();
    while (skip('[')) {
      while (at < text.length() && Character.isDigit(text.charAt(at))) {
        at++;
      }
      require(']');
      type = new DataType.ListOf(type);
    }
    return type;
  }

  private DataType named() {
    String name = name();
    return switch (name) {
      case "STRUCT" -> struct();
      case "MAP" -> {
        require('(');
        DataType key = type();
        require(',');
        DataType value = type();
        require(')');
        yield new DataType.MapOf(key, value);
      }
      case "DECIMAL", "NUMERIC" -> decimal();
      case "ENUM" -> {
        require('(');
        do {
          var _ = quoted('\'');
        } while (skip(','));
        require(')');
        yield DataType.Simple.VARCHAR;
      }
      default -> simple(name);
    };
  }

  private DataType simple(String name) {
    return switch (name) {
      case "BOOLEAN", "BOOL" -> DataType.Simple.BOOLEAN;
      case "TINYINT" -> DataType.Simple.TINYINT;
      case "SMALLINT", "UTINYINT" -> DataType.Simple.SMALLINT;
      case "INTEGER", "INT", "USMALLINT" -> DataType.Simple.INTEGER;
      case "BIGINT", "LONG", "UINTEGER" -> DataType.Simple.BIGINT;
      case "UBIGINT" -> new DataType.Decimal(20, 0);
      case "HUGEINT", "UHUGEINT" -> new DataType.Decimal(38, 0);
      case "FLOAT", "REAL" -> DataType.Simple.FLOAT;
      case "DOUBLE" -> DataType.Simple.DOUBLE;
      case "VARCHAR", "TEXT", "STRING", "JSON" -> DataType.Simple.VARCHAR;
      case "UUID" -> DataType.Simple.UUID;
      case "BLOB" -> DataType.Simple.BLOB;
      case "DATE" -> DataType.Simple.DATE;
      case "TIME" -> DataType.Simple.TIME;
      case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATETIME" ->
          DataType.Simple.TIMESTAMP;
      case "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ" -> DataType.Simple.TIMESTAMPTZ;
      default -> throw unsupported();
    };
  }

  private DataType decimal() {
    if (!skip('(')) {
      return new DataType.Decimal(18, 3);
    }
    int precision = number();
    int scale = skip(',') ? number() : 0;
    require(')');
    return new DataType.Decimal(precision, scale);
  }

  private DataType struct() {
    List<DataType.Struct.Field> fields = new ArrayList<>();
    require('(');
    do {
      spaces();
      int start = at;
      while (at < text.length() && !ends(text.charAt(at)) && text.charAt(at) != ' ') {
        at++;
      }
      String name = at > start ? text.substring(start, at) : quoted('"');
      fields.add(new DataType.Struct.Field(name, type()));
    } while (skip(','));
    require(')');
    return new DataType.Struct(fields);
  }

  /** The words of a type's name, in upper case. */
  private String name() {
    int start = at;
    while (at < text.length() && !ends(text.charAt(at))) {
      at++;
    }
    return text.substring(start, at).strip().toUpperCase(Locale.ROOT);
  }

  private static boolean ends(char c) {
    return END_OF_NAME.indexOf(c) >= 0;
  }

  private String quoted(char quote) {
    require(quote);
    StringBuilder content = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      boolean doubled = c == quote && at < text.length() && text.charAt(at) == quote;
      if (c == quote && !doubled) {
        return content.toString();
      }
      at += doubled ? 1 : 0;
      content.append(c);
    }
    throw unsupported();
  }

  private int number() {
    spaces();
    int start = at;
    while (at < text.length() && Character.isDigit(text.charAt(at))) {
      at++;
    }
    if (at == start || at - start > 2) {
      throw unsupported();
    }
    return Integer.parseInt(text.substring(start, at));
  }

  private boolean skip(char c) {
    spaces();
    boolean there = at < text.length() && text.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private void require(char c) {
    if (!skip(c)) {
      throw unsupported();
    }
  }

  private void spaces() {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
  }

  private MillraceException unsupported() {
    return new MillraceException(
        ContractError.CON_001_TYPE_NOT_SUPPORTED,
        "type " + text + " has no stored form. Cast it to another type such as VARCHAR.");
  }
}
