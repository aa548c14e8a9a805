package io.millrace.warehouse.statement;

import io.millrace.warehouse.statement.Token.Kind;
import java.util.Optional;
import java.util.Set;

/** Sets a property of a dynamic table's statement in its text; all else stays as it was written. */
public final class PropertyEdit {
  /** The properties that can be set; none of them changes the query. */
  public static final Set<String> PROPERTIES =
      Set.of("TARGET_LAG", "REFRESH_MODE", "INITIALIZE", "CARDINALITY_THRESHOLD", "COMMENT");

  private static final Set<String> TEXTS = Set.of("TARGET_LAG", "COMMENT");

  private PropertyEdit() {}

  /**
   * The text with the property in place of its old value or, where it was not there, before AS.
   *
   * @param property one of {@link #PROPERTIES}
   * @param value its value; a text may stand in single quotes or not
   * @return empty when the text has no header that can be read
   */
  public static Optional<String> set(String text, String property, String value) {
    String written = TEXTS.contains(property) ? text(value) : plain(value);
    Tokens tokens = new Tokens(text);
    try {
      int depth = 0;
      boolean inName = false;
      Token token = tokens.next();
      while (token.kind() != Kind.END) {
        depth += token.isSymbol("(") ? 1 : 0;
        depth -= token.isSymbol(")") ? 1 : 0;
        if (depth == 0 && token.isWord(property) && !inName) {
          tokens.expectSymbol("=");
          int from = tokens.next().offset();
          return Optional.of(text.substring(0, from) + written + text.substring(tokens.position()));
        }
        if (depth == 0 && token.isWord("AS")) {
          int at = token.offset();
          return Optional.of(
              text.substring(0, at) + property + " = " + written + "\n" + text.substring(at));
        }
        inName = token.isSymbol(".");
        token = tokens.next();
      }
    } catch (SyntaxException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** A text as it is to be written: one that is a whole literal already stays. */
  private static String text(String value) {
    return isOne(Kind.STRING, value) ? value : quoted(value);
  }

  /** A word or number; what is neither becomes a text, which the clause then refuses. */
  private static String plain(String value) {
    return isOne(Kind.WORD, value) || isOne(Kind.NUMBER, value) ? value : quoted(value);
  }

  /** Whether a value is one token and nothing beside it. */
  private static boolean isOne(Kind kind, String value) {
    Tokens tokens = new Tokens(value);
    try {
      Token token = tokens.next();
      return token.kind() == kind && token.offset() == 0 && tokens.position() == value.length();
    } catch (SyntaxException e) {
      return false;
    }
  }

  private static String quoted(String value) {
    return "'" + value.replace("'", "''") + "'";
  }
}
