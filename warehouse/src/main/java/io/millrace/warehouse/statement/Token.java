package io.millrace.warehouse.statement;

import java.util.Locale;

/**
 * A token of a header.
 *
 * @param kind what it is
 * @param text words as written, quoted names and strings without their quotes
 * @param offset where it begins, in characters of the file
 */
record Token(Kind kind, String text, int offset) {

  enum Kind {
    WORD,
    QUOTED_NAME,
    STRING,
    NUMBER,
    SYMBOL,
    END
  }

  boolean isWord(String word) {
    return kind == Kind.WORD && text.equalsIgnoreCase(word);
  }

  boolean isSymbol(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED_NAME;
  }

  String upper() {
    return text.toUpperCase(Locale.ROOT);
  }

  /** The token as a message shows it. */
  String shown() {
    return switch (kind) {
      case END -> "the end of the file";
      case STRING -> "'" + text + "'";
      case QUOTED_NAME -> '"' + text + '"';
      case WORD, NUMBER, SYMBOL -> text;
    };
  }
}
