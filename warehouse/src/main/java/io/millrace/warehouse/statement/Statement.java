package io.millrace.warehouse.statement;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.problem.SourceText;
import java.util.List;
import java.util.Optional;

/** A statement whose header was read: its clauses as written, and where its SELECT begins. */
public sealed interface Statement {

  Header header();

  /**
   * What all statements have.
   *
   * @param text the file
   * @param table its name
   * @param nameOffset where the name stands
   * @param selectOffset where the SELECT begins; it goes on to the end of the file
   */
  record Header(SourceText text, TableName table, int nameOffset, int selectOffset) {
    /** The SELECT's text. */
    public String select() {
      return text.text().substring(selectOffset);
    }
  }

  /**
   * A word, a name or a literal in a clause.
   *
   * @param text without quotes
   * @param offset where it stands
   */
  record Term(String text, int offset) {}

  /**
   * A list of names in a clause.
   *
   * @param names as written, at least one
   * @param offset where the clause begins
   */
  record Names(List<Term> names, int offset) {
    public Names {
      names = List.copyOf(names);
    }

    /** The names' texts. */
    public List<String> texts() {
      return names.stream().map(Term::text).toList();
    }
  }

  /** CREATE STAGING TABLE. */
  record Staging(Header header, Names keys) implements Statement {}

  /** CREATE DIMENSION. */
  record DimensionStatement(
      Header header,
      Names keys,
      Optional<Term> sequenceBy,
      Term scdType,
      Optional<Names> track,
      Optional<Term> surrogateKey)
      implements Statement {}

  /** CREATE DYNAMIC TABLE. */
  record Dynamic(
      Header header,
      Optional<Term> targetLag,
      Optional<Term> refreshMode,
      Optional<Names> keys,
      Optional<FactClause> fact,
      Optional<Term> comment)
      implements Statement {}

  /**
   * The FACT clause.
   *
   * @param columns the period's columns or the milestones; none for transactions
   * @param offset where the clause begins
   */
  record FactClause(FactKind kind, Optional<Names> columns, int offset) {}

  /** Kinds of facts. */
  enum FactKind {
    TRANSACTION,
    PERIODIC_SNAPSHOT,
    ACCUMULATING_SNAPSHOT
  }
}
