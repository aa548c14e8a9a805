package io.millrace.warehouse.statement;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Nearest;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.statement.Statement.Header;
import io.millrace.warehouse.statement.Statement.Names;
import io.millrace.warehouse.statement.Statement.Term;
import io.millrace.warehouse.statement.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the clauses of one header, in any order, each at most once, up to {@code AS} before the
 * SELECT. The readers of the clauses are added before; what they took is asked for afterwards.
 */
final class Clauses {
  private static final String PARTITION = "PARTITION";
  private static final Set<String> SELECT_BEGINS = Set.of("SELECT", "WITH", "FROM", "VALUES");

  private final SourceText source;
  private final Tokens tokens;
  private final Problems problems;
  private final Map<String, Reader> readers = new LinkedHashMap<>();
  private final Map<String, Names> names = new LinkedHashMap<>();
  private final Map<String, Term> terms = new LinkedHashMap<>();
  private final Set<String> repeatable = new HashSet<>();

  Clauses(SourceText source, Tokens tokens, Problems problems) {
    this.source = source;
    this.tokens = tokens;
    this.problems = problems;
  }

  /** Reads the rest of a clause whose first word was taken. */
  @FunctionalInterface
  interface Reader {
    void read(Token first) throws SyntaxException;
  }

  /** {@code FIRST rest (a, b)}. */
  void nameList(String first, String... rest) {
    readers.put(
        first,
        word -> {
          tokens.expect(rest);
          names.put(first, list(word));
        });
  }

  /** Takes {@code (a, b)} of a clause. */
  Names list(Token clause) throws SyntaxException {
    List<Term> list = new ArrayList<>();
    tokens.list(() -> list.add(term(tokens.expectName("a column name"))));
    return new Names(list, clause.offset());
  }

  static Term term(Token token) {
    return new Term(token.text(), token.offset());
  }

  /** {@code FIRST rest name}. */
  void name(String first, String... rest) {
    readers.put(
        first,
        word -> {
          tokens.expect(rest);
          put(first, tokens.expectName("a name"));
        });
  }

  /** {@code FIRST rest n}. */
  void number(String first, String... rest) {
    readers.put(
        first,
        word -> {
          tokens.expect(rest);
          put(first, tokens.expect(Kind.NUMBER, "a number"));
        });
  }

  /** {@code FIRST = 'text'}. */
  void textProperty(String first) {
    readers.put(
        first,
        word -> {
          tokens.expectSymbol("=");
          put(first, tokens.expect(Kind.STRING, "a text in single quotes"));
        });
  }

  /** {@code FIRST = number}. */
  void numberProperty(String first) {
    readers.put(
        first,
        word -> {
          tokens.expectSymbol("=");
          put(first, tokens.expect(Kind.NUMBER, "a number"));
        });
  }

  /** {@code FIRST = word}. */
  void wordProperty(String first) {
    readers.put(
        first,
        word -> {
          tokens.expectSymbol("=");
          put(first, tokens.expect(Kind.WORD, "a word"));
        });
  }

  /** Any other clause. */
  void other(String first, Reader reader) {
    readers.put(first, reader);
  }

  /** A clause that may come more than once. */
  void repeated(String first, Reader reader) {
    repeatable.add(first);
    readers.put(first, reader);
  }

  /** Reads everything up to the SELECT. */
  Header header(TableName table, Token name) throws SyntaxException {
    nameList(PARTITION, "BY");
    int select = readToSelect();
    return new Header(source, table, name.offset(), select, names(PARTITION));
  }

  /** Gives the SELECT's offset. */
  private int readToSelect() throws SyntaxException {
    Map<String, Token> seen = new LinkedHashMap<>();
    while (true) {
      Token token = tokens.next();
      if (token.isWord("AS")) {
        Token begin = tokens.peek();
        if (begin.isSymbol("(")
            || (begin.kind() == Kind.WORD && SELECT_BEGINS.contains(begin.upper()))) {
          return begin.offset();
        }
        throw Tokens.expected("a SELECT after AS", begin);
      }
      Reader reader = readers.get(token.upper());
      if (token.kind() != Kind.WORD || reader == null) {
        throw unknown(token);
      }
      if (seen.putIfAbsent(token.upper(), token) != null && !repeatable.contains(token.upper())) {
        problems.add(
            WarehouseError.WH_022_CLAUSE_TWICE,
            source,
            token.offset(),
            "the clause " + token.upper() + " is there twice");
      }
      reader.read(token);
    }
  }

  Optional<Names> names(String first) {
    return Optional.ofNullable(names.get(first));
  }

  Optional<Term> term(String first) {
    return Optional.ofNullable(terms.get(first));
  }

  /** A list that must be there; when it is not, an empty one, with a problem. */
  Names requiredNames(Header header, String first) {
    Optional<Names> list = names(first);
    if (list.isEmpty()) {
      missing(header, first + " (column, ...)");
    }
    return list.orElse(new Names(List.of(), header.nameOffset()));
  }

  /** Adds the problem that a clause is not there. */
  void missing(Header header, String clause) {
    problems.add(
        WarehouseError.WH_023_CLAUSE_MISSING,
        source,
        header.nameOffset(),
        "the clause " + clause + " is missing");
  }

  private void put(String first, Token token) {
    terms.put(first, term(token));
  }

  private SyntaxException unknown(Token token) {
    if (token.kind() != Kind.WORD) {
      return Tokens.expected("a clause or AS", token);
    }
    return new SyntaxException(
        WarehouseError.WH_025_UNKNOWN_CLAUSE,
        token.offset(),
        "there is no clause " + token.text(),
        Nearest.hint(token.upper(), readers.keySet())
            .or(() -> Optional.of("legal are " + String.join(", ", readers.keySet()) + ", AS")));
  }
}
