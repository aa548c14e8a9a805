package io.millrace.warehouse.statement;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Nearest;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.statement.Statement.FactClause;
import io.millrace.warehouse.statement.Statement.FactKind;
import io.millrace.warehouse.statement.Statement.Header;
import io.millrace.warehouse.statement.Statement.Names;
import io.millrace.warehouse.statement.Statement.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Parses the header of one file's statement; the SELECT is left to DuckDB. */
public final class StatementParser {
  private final SourceText source;
  private final TableName expected;
  private final Problems problems;
  private final Tokens tokens;
  private final Clauses clauses;

  private StatementParser(SourceText source, TableName expected, Problems problems) {
    this.source = source;
    this.expected = expected;
    this.problems = problems;
    this.tokens = new Tokens(source.text());
    this.clauses = new Clauses(source, tokens, problems);
  }

  /**
   * Parses a file.
   *
   * @param expected the table that the file's folder and name promise
   * @return empty, with a problem, when the header cannot be read; clauses that are not built yet
   *     are problems, but do not end the reading
   */
  public static Optional<Statement> parse(
      SourceText source, TableName expected, Problems problems) {
    try {
      return Optional.of(new StatementParser(source, expected, problems).statement());
    } catch (SyntaxException e) {
      problems.add(e.code(), source, e.offset(), e.text(), e.hint());
      return Optional.empty();
    }
  }

  private Statement statement() throws SyntaxException {
    tokens.expect("CREATE");
    Token or = tokens.peek();
    boolean replace = tokens.accept("OR");
    if (replace) {
      tokens.expect("REPLACE");
    }
    Token kind = tokens.next();
    if (replace && !kind.isWord("DYNAMIC")) {
      refuse(WarehouseError.WH_068_OR_REPLACE_NOT_BUILT, or, "OR REPLACE");
    }
    return switch (kind.upper()) {
      case "STAGING" -> {
        tokens.expect("TABLE");
        yield staging(kind);
      }
      case "DIMENSION" -> dimension(kind);
      case "DYNAMIC" -> {
        tokens.expect("TABLE");
        yield dynamic(kind, replace);
      }
      default ->
          throw new SyntaxException(
              WarehouseError.WH_020_STATEMENT_SYNTAX,
              kind.offset(),
              "expected STAGING TABLE, DIMENSION or DYNAMIC TABLE, got " + kind.shown(),
              Nearest.hint(kind.upper(), List.of("STAGING", "DIMENSION", "DYNAMIC")));
    };
  }

  private Statement staging(Token kind) throws SyntaxException {
    Token name = name(kind, "staging");
    clauses.nameList("KEYS");
    List<Term> every = new ArrayList<>();
    for (String images : List.of("APPEND", "HISTORY")) {
      clauses.other(images, word -> every.add(new Term(word.upper(), word.offset())));
    }
    clauses.other("SCHEMA", this::schemaEvolution);
    clauses.repeated("CONSTRAINT", this::constraint);
    Header header = clauses.header(expected, name);
    clauses.names("KEYS").ifPresent(keys -> every.add(new Term("KEYS", keys.offset())));
    if (every.isEmpty()) {
      clauses.missing(header, "KEYS (column, ...) | APPEND | HISTORY");
    } else if (every.size() > 1) {
      Term other = every.get(1);
      problems.add(
          WarehouseError.WH_024_CLAUSE_VALUE,
          source,
          other.offset(),
          other.text() + " and " + every.getFirst().text() + " both say what the rows are",
          Optional.of("keep one of them"));
    }
    return new Statement.Staging(
        header,
        clauses.names("KEYS").orElse(new Names(List.of(), header.nameOffset())),
        every.stream().filter(clause -> !clause.text().equals("KEYS")).findFirst());
  }

  private Statement dimension(Token kind) throws SyntaxException {
    Token name = name(kind, "dim");
    if (tokens.ahead("FROM", "CALENDAR")) {
      return calendar(name);
    }
    return new DimensionClauses(tokens, clauses, problems).read(source, expected, name);
  }

  /**
   * {@code FROM CALENDAR BETWEEN 'day' AND 'day' [FISCAL YEAR STARTS IN MONTH n] [WEEK ISO |
   * SUNDAY]}.
   */
  private Statement calendar(Token name) throws SyntaxException {
    tokens.expect("FROM", "CALENDAR", "BETWEEN");
    Term from = Clauses.term(tokens.expect(Token.Kind.STRING, "a day such as '2026-01-31'"));
    tokens.expect("AND");
    Term to = Clauses.term(tokens.expect(Token.Kind.STRING, "a day such as '2026-01-31'"));
    Optional<Term> month = Optional.empty();
    if (tokens.accept("FISCAL")) {
      tokens.expect("YEAR", "STARTS", "IN", "MONTH");
      month = Optional.of(Clauses.term(tokens.expect(Token.Kind.NUMBER, "a month, 1 to 12")));
    }
    Optional<Term> week = Optional.empty();
    if (tokens.accept("WEEK")) {
      Token rule = tokens.expectOneOf(List.of("ISO", "SUNDAY"));
      week = Optional.of(new Term(rule.upper(), rule.offset()));
    }
    Token end = tokens.next();
    if (end.isSymbol(";")) {
      end = tokens.next();
    }
    if (end.kind() != Token.Kind.END) {
      throw Tokens.expected("the end of the statement", end);
    }
    Header header =
        new Header(source, expected, name.offset(), source.text().length(), Optional.empty());
    return new Statement.CalendarStatement(header, from, to, month, week);
  }

  private Statement dynamic(Token kind, boolean replace) throws SyntaxException {
    Token name = name(kind, "marts");
    clauses.textProperty("TARGET_LAG");
    clauses.wordProperty("REFRESH_MODE");
    clauses.wordProperty("REFRESH_STRATEGY");
    clauses.wordProperty("INITIALIZE");
    clauses.numberProperty("CARDINALITY_THRESHOLD");
    clauses.wordProperty("DEDUPLICATION");
    clauses.nameList("KEYS");
    clauses.textProperty("COMMENT");
    List<FactClause> fact = new ArrayList<>();
    clauses.other("FACT", word -> fact.add(fact(word)));
    Header header = clauses.header(expected, name);
    return new Statement.Dynamic(
        header,
        replace,
        clauses.term("TARGET_LAG"),
        refreshMode(),
        clauses.term("INITIALIZE"),
        clauses.term("CARDINALITY_THRESHOLD"),
        clauses.names("KEYS"),
        fact.stream().findFirst(),
        clauses.term("COMMENT"));
  }

  /** {@code FACT TRANSACTION | PERIODIC SNAPSHOT (a, b) | ACCUMULATING SNAPSHOT (a, b)}. */
  private FactClause fact(Token word) throws SyntaxException {
    List<String> legal = List.of("TRANSACTION", "PERIODIC", "ACCUMULATING");
    Token kind = tokens.expectOneOf(legal);
    if (kind.isWord("TRANSACTION")) {
      return new FactClause(FactKind.TRANSACTION, Optional.empty(), word.offset());
    }
    tokens.expect("SNAPSHOT");
    Names columns = clauses.list(word);
    return new FactClause(
        kind.isWord("PERIODIC") ? FactKind.PERIODIC_SNAPSHOT : FactKind.ACCUMULATING_SNAPSHOT,
        Optional.of(columns),
        word.offset());
  }

  /** REFRESH_MODE, or its other name; what other names mean here is a notice. */
  private Optional<Term> refreshMode() {
    clauses
        .term("DEDUPLICATION")
        .ifPresent(term ->
            problems.notice(
                source,
                term.offset(),
                "DEDUPLICATION says nothing here: every refresh writes only rows that differ"));
    Optional<Term> strategy = clauses.term("REFRESH_STRATEGY");
    if (strategy.isEmpty()) {
      return clauses.term("REFRESH_MODE");
    }
    Term term = strategy.get();
    problems.notice(source, term.offset(), "REFRESH_STRATEGY is another name of REFRESH_MODE");
    if (clauses.term("REFRESH_MODE").isPresent()) {
      problems.add(
          WarehouseError.WH_022_CLAUSE_TWICE,
          source,
          term.offset(),
          "REFRESH_STRATEGY and REFRESH_MODE are the same clause");
    }
    return Optional.of(
        term.text().equalsIgnoreCase("AFFECTED_KEYS")
            ? new Term("INCREMENTAL", term.offset())
            : term);
  }

  private Token name(Token kind, String schema) throws SyntaxException {
    Token first = tokens.expectName("a table name such as " + expected);
    tokens.expectSymbol(".");
    Token second = tokens.expectName("a table name such as " + expected);
    String written = first.text() + "." + second.text();
    if (!expected.schema().equals(schema)) {
      problems.add(
          WarehouseError.WH_021_NAME_MISMATCH,
          source,
          kind.offset(),
          "a CREATE " + kind.upper() + " statement does not belong in this folder",
          Optional.of("move the file to " + folderOf(schema) + "/"));
    } else if (!written.toLowerCase(Locale.ROOT).equals(expected.toString())) {
      problems.add(
          WarehouseError.WH_021_NAME_MISMATCH,
          source,
          first.offset(),
          "the file promises " + expected + ", the statement makes " + written);
    }
    return first;
  }

  private static String folderOf(String schema) {
    return schema.equals("dim") ? "dimensions" : schema;
  }

  private void schemaEvolution(Token word) throws SyntaxException {
    tokens.expect("EVOLUTION");
    Token mode = tokens.expectName("STRICT, ADD_COLUMNS, COERCE or TYPE_WIDEN");
    List<String> modes = List.of("STRICT", "ADD_COLUMNS", "COERCE", "TYPE_WIDEN");
    if (!modes.contains(mode.upper())) {
      throw new SyntaxException(
          WarehouseError.WH_024_CLAUSE_VALUE,
          mode.offset(),
          "there is no schema evolution " + mode.text(),
          Nearest.hint(mode.upper(), modes));
    }
    boolean rescue = tokens.accept("RESCUE");
    if (rescue || !mode.isWord("STRICT")) {
      String what = "SCHEMA EVOLUTION " + mode.upper() + (rescue ? " RESCUE" : "");
      refuse(WarehouseError.WH_062_SCHEMA_EVOLUTION_NOT_BUILT, word, what);
    }
  }

  private void constraint(Token word) throws SyntaxException {
    tokens.expectName("the name of the constraint");
    tokens.expect("EXPECT");
    var _ = tokens.parentheses();
    if (tokens.accept("MOSTLY")) {
      tokens.expect(Token.Kind.NUMBER, "a share such as 0.99");
    }
    tokens.expect("ON", "VIOLATION");
    var _ = tokens.expectOneOf(List.of("WARN", "DROP", "QUARANTINE", "FAIL"));
    refuse(WarehouseError.WH_063_CONSTRAINT_NOT_BUILT, word, "CONSTRAINT");
  }

  private void refuse(WarehouseError code, Token at, String what) {
    problems.add(code, source, at.offset(), what + " is not built yet");
  }
}
