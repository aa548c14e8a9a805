package io.millrace.warehouse.statement;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.problem.Problems;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.statement.Statement.Columns;
import io.millrace.warehouse.statement.Statement.Condition;
import io.millrace.warehouse.statement.Statement.DimensionStatement;
import io.millrace.warehouse.statement.Statement.DimensionStatement.Part;
import io.millrace.warehouse.statement.Statement.Ends;
import io.millrace.warehouse.statement.Statement.From;
import io.millrace.warehouse.statement.Statement.Header;
import io.millrace.warehouse.statement.Statement.Names;
import io.millrace.warehouse.statement.Statement.Renamed;
import io.millrace.warehouse.statement.Statement.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the clauses of CREATE DIMENSION. */
final class DimensionClauses {
  private static final Pattern DISTINCT =
      Pattern.compile("\\s*SELECT\\s+DISTINCT\\b(?!\\s+ON\\b)", Pattern.CASE_INSENSITIVE);
  private static final List<String> TYPES = List.of("0", "1", "2", "3", "4", "6", "7");

  private final Tokens tokens;
  private final Clauses clauses;
  private final Problems problems;
  private final List<Renamed> previous = new ArrayList<>();
  private @Nullable From from;
  private @Nullable Names sequence;
  private @Nullable Columns track;
  private @Nullable Columns ignoreNulls;
  private @Nullable Ends deletes;
  private @Nullable Condition truncates;

  DimensionClauses(Tokens tokens, Clauses clauses, Problems problems) {
    this.tokens = tokens;
    this.clauses = clauses;
    this.problems = problems;
  }

  /** The statement behind its name. */
  DimensionStatement read(SourceText source, TableName table, Token name) throws SyntaxException {
    clauses.nameList("KEYS");
    clauses.other("FROM", this::from);
    clauses.other("SEQUENCE", this::sequenceBy);
    clauses.number("STORED", "AS", "SCD", "TYPE");
    clauses.other(
        "TRACK",
        word -> {
          tokens.expect("HISTORY", "ON");
          track = columns(word);
        });
    clauses.other(
        "IGNORE",
        word -> {
          tokens.expect("NULL", "UPDATES");
          ignoreNulls =
              tokens.accept("ON")
                  ? columns(word)
                  : new Columns(true, new Names(List.of(), word.offset()));
        });
    clauses.other("PREVIOUS", this::previousValues);
    clauses.name("SURROGATE", "KEY");
    clauses.name("DURABLE", "KEY");
    clauses.repeated("APPLY", this::applyAs);
    Header header = clauses.header(table, name);
    boolean combinations = DISTINCT.matcher(header.select()).lookingAt();
    Optional<Term> type = clauses.term("STORED");
    if (combinations) {
      requireNothingElse(source, table, type);
    } else if (type.isEmpty()) {
      clauses.missing(header, "STORED AS SCD TYPE " + String.join(" | ", TYPES));
    } else if (!TYPES.contains(type.get().text())) {
      problems.add(
          WarehouseError.WH_024_CLAUSE_VALUE,
          source,
          type.get().offset(),
          "there is no SCD TYPE " + type.get().text(),
          Optional.of(String.join(", ", TYPES)));
    }
    return new DimensionStatement(
        header,
        Part.WHOLE,
        combinations,
        Optional.ofNullable(from),
        combinations
            ? clauses.names("KEYS").orElse(new Names(List.of(), header.nameOffset()))
            : clauses.requiredNames(header, "KEYS"),
        Optional.ofNullable(sequence),
        type.orElse(new Term("1", name.offset())),
        Optional.ofNullable(track),
        Optional.ofNullable(ignoreNulls),
        previous,
        clauses.term("SURROGATE"),
        clauses.term("DURABLE"),
        combinations
            ? Optional.of(new Ends(new Term("IGNORE", header.nameOffset()), Optional.empty()))
            : Optional.ofNullable(deletes),
        Optional.ofNullable(truncates));
  }

  /** The combinations ever seen have no time, no versions and no end. */
  private void requireNothingElse(SourceText source, TableName table, Optional<Term> type) {
    boolean plain =
        type.filter(t -> !t.text().equals("1")).isEmpty()
            && from == null
            && sequence == null
            && track == null
            && ignoreNulls == null
            && truncates == null
            && previous.isEmpty()
            && (deletes == null
                || (deletes.when().isEmpty() && deletes.action().text().equals("IGNORE")));
    if (!plain) {
      problems.add(
          WarehouseError.WH_024_CLAUSE_VALUE,
          source,
          0,
          table
              + " is SELECT DISTINCT, the combinations ever seen: it is of SCD TYPE 1, ignores"
              + " deletes, and takes no clause of history");
    }
  }

  /** {@code FROM HISTORY} or {@code FROM SNAPSHOT [BY column]}. */
  private void from(Token word) throws SyntaxException {
    Token kind = tokens.expectOneOf(List.of("HISTORY", "SNAPSHOT"));
    Optional<Term> by =
        kind.isWord("SNAPSHOT") && tokens.accept("BY")
            ? Optional.of(Clauses.term(tokens.expectName("a column name")))
            : Optional.empty();
    from = new From(new Term(kind.upper(), word.offset()), by);
  }

  /** {@code SEQUENCE BY a} or {@code SEQUENCE BY (a, b)}. */
  private void sequenceBy(Token word) throws SyntaxException {
    tokens.expect("BY");
    sequence =
        tokens.peek().isSymbol("(")
            ? clauses.list(word)
            : new Names(List.of(Clauses.term(tokens.expectName("a name"))), word.offset());
  }

  /** {@code (a, b)}, {@code *} or {@code * EXCEPT (a, b)}. */
  private Columns columns(Token word) throws SyntaxException {
    if (!tokens.peek().isSymbol("*")) {
      return new Columns(false, clauses.list(word));
    }
    tokens.expectSymbol("*");
    return new Columns(
        true, tokens.accept("EXCEPT") ? clauses.list(word) : new Names(List.of(), word.offset()));
  }

  /** {@code PREVIOUS VALUES (a, b AS old_b)}. */
  private void previousValues(Token word) throws SyntaxException {
    tokens.expect("VALUES");
    tokens.list(() -> {
      Term column = Clauses.term(tokens.expectName("a column name"));
      previous.add(
          new Renamed(
              column,
              tokens.accept("AS")
                  ? Optional.of(Clauses.term(tokens.expectName("a column name")))
                  : Optional.empty()));
    });
  }

  /**
   * {@code APPLY AS DELETE [WHEN (condition)] [CLOSE | FLAG | REMOVE | IGNORE]} and {@code APPLY AS
   * TRUNCATE WHEN (condition)}, each at most once.
   */
  private void applyAs(Token word) throws SyntaxException {
    tokens.expect("AS");
    Token what = tokens.expectOneOf(List.of("DELETE", "TRUNCATE"));
    boolean twice = what.isWord("DELETE") ? deletes != null : truncates != null;
    if (twice) {
      throw new SyntaxException(
          WarehouseError.WH_022_CLAUSE_TWICE,
          word.offset(),
          "the clause APPLY AS " + what.upper() + " is there twice",
          Optional.empty());
    }
    if (what.isWord("TRUNCATE")) {
      tokens.expect("WHEN");
      truncates = condition();
    } else {
      Optional<Condition> when =
          tokens.accept("WHEN") ? Optional.of(condition()) : Optional.empty();
      List<String> actions = List.of("CLOSE", "FLAG", "REMOVE", "IGNORE");
      Token next = tokens.peek();
      // A plain APPLY AS DELETE WHEN (...) closes.
      Term action =
          when.isPresent() && !actions.contains(next.upper())
              ? new Term("CLOSE", word.offset())
              : Clauses.term(tokens.expectOneOf(actions));
      deletes = new Ends(new Term(action.text().toUpperCase(Locale.ROOT), action.offset()), when);
    }
  }

  private Condition condition() throws SyntaxException {
    Token text = tokens.parentheses();
    return new Condition(text.text(), text.offset());
  }
}
