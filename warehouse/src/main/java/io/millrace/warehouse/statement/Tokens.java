package io.millrace.warehouse.statement;

import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Nearest;
import io.millrace.warehouse.statement.Token.Kind;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Reads tokens on demand: white space and comments ({@code --} and {@code /* *}{@code /}) are
 * skipped, quotes are doubled inside quotes. What is not asked for, the SELECT, is not read.
 */
final class Tokens {
  private final String text;
  private int position;

  Tokens(String text) {
    this.text = text;
  }

  /** The next token, taken. */
  Token next() throws SyntaxException {
    skipBlank();
    int start = position;
    if (start == text.length()) {
      return new Token(Kind.END, "", start);
    }
    char c = text.charAt(start);
    if (c == '\'' || c == '"') {
      return new Token(c == '"' ? Kind.QUOTED_NAME : Kind.STRING, quoted(c), start);
    }
    if (Character.isLetter(c) || c == '_') {
      advance(p -> Character.isLetterOrDigit(p) || p == '_' || p == '$');
      return new Token(Kind.WORD, text.substring(start, position), start);
    }
    if (Character.isDigit(c)) {
      advance(p -> Character.isDigit(p) || p == '.');
      return new Token(Kind.NUMBER, text.substring(start, position), start);
    }
    position++;
    return new Token(Kind.SYMBOL, String.valueOf(c), start);
  }

  /** The next token, left in place. */
  Token peek() throws SyntaxException {
    int start = position;
    Token token = next();
    position = start;
    return token;
  }

  /** Where the last token ends. */
  int position() {
    return position;
  }

  /** Takes the next token if it is that word. */
  boolean accept(String word) throws SyntaxException {
    boolean there = peek().isWord(word);
    if (there) {
      next();
    }
    return there;
  }

  /** Whether these words are next; they are left in place. */
  boolean ahead(String... words) throws SyntaxException {
    int start = position;
    boolean there = true;
    for (String word : words) {
      there = there && next().isWord(word);
    }
    position = start;
    return there;
  }

  /** Takes these words. */
  void expect(String... words) throws SyntaxException {
    for (String word : words) {
      Token token = next();
      if (!token.isWord(word)) {
        throw expected(word, token);
      }
    }
  }

  void expectSymbol(String symbol) throws SyntaxException {
    Token token = next();
    if (!token.isSymbol(symbol)) {
      throw expected(symbol, token);
    }
  }

  /** Takes a token of that kind. */
  Token expect(Kind kind, String what) throws SyntaxException {
    Token token = next();
    if (token.kind() != kind) {
      throw expected(what, token);
    }
    return token;
  }

  /** Takes a name, plain or quoted. */
  Token expectName(String what) throws SyntaxException {
    Token token = next();
    if (!token.isName()) {
      throw expected(what, token);
    }
    return token;
  }

  /** Takes one of these words. */
  Token expectOneOf(List<String> legal) throws SyntaxException {
    Token word = expectName(String.join(", ", legal));
    if (!legal.contains(word.upper())) {
      throw new SyntaxException(
          WarehouseError.WH_024_CLAUSE_VALUE,
          word.offset(),
          "expected " + String.join(", ", legal) + ", got " + word.text(),
          Nearest.hint(word.upper(), legal));
    }
    return word;
  }

  /** Takes {@code (a, b)}, where each is read by the reader. */
  void list(Item item) throws SyntaxException {
    expectSymbol("(");
    Token separator;
    do {
      item.read();
      separator = next();
    } while (separator.isSymbol(","));
    if (!separator.isSymbol(")")) {
      throw expected(", or )", separator);
    }
  }

  /** Reads one item of a list. */
  @FunctionalInterface
  interface Item {
    void read() throws SyntaxException;
  }

  /**
   * Takes everything from an opening parenthesis to the one that closes it.
   *
   * @return what stands between them
   */
  Token parentheses() throws SyntaxException {
    int opened = peek().offset();
    expectSymbol("(");
    int depth = 1;
    while (depth > 0) {
      Token token = next();
      if (token.kind() == Kind.END) {
        throw error(opened, "this parenthesis is never closed");
      }
      depth += token.isSymbol("(") ? 1 : 0;
      depth -= token.isSymbol(")") ? 1 : 0;
    }
    return new Token(Kind.STRING, text.substring(opened + 1, position - 1), opened + 1);
  }

  static SyntaxException expected(String what, Token got) {
    return error(got.offset(), "expected " + what + ", got " + got.shown());
  }

  private static SyntaxException error(int offset, String message) {
    return new SyntaxException(
        WarehouseError.WH_020_STATEMENT_SYNTAX, offset, message, Optional.empty());
  }

  private String quoted(char quote) throws SyntaxException {
    int start = position;
    StringBuilder content = new StringBuilder();
    int i = start + 1;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c != quote) {
        content.append(c);
      } else if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
        content.append(c);
        i++;
      } else {
        position = i + 1;
        return content.toString();
      }
      i++;
    }
    throw error(start, "this quote is never closed");
  }

  private void skipBlank() throws SyntaxException {
    while (position < text.length()) {
      if (Character.isWhitespace(text.charAt(position)) || text.charAt(position) == '\uFEFF') {
        position++;
      } else if (text.startsWith("--", position)) {
        int end = text.indexOf('\n', position);
        position = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", position)) {
        int end = text.indexOf("*/", position + 2);
        if (end < 0) {
          throw error(position, "this comment is never closed");
        }
        position = end + 2;
      } else {
        return;
      }
    }
  }

  private void advance(IntPredicate part) {
    while (position < text.length() && part.test(text.charAt(position))) {
      position++;
    }
  }
}
