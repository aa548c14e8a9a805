package io.millrace.warehouse.statement;

import io.millrace.contracts.TableName;
import io.millrace.warehouse.problem.SourceText;
import java.util.List;
import java.util.Optional;

/** A statement whose header was read: its clauses as written, and where its SELECT begins. */
public sealed interface Statement {

  Header header();

  /** The statements of the tables that it makes, each of one table; itself when it makes one. */
  default List<Statement> tables() {
    return List.of(this);
  }

  /**
   * What all statements have.
   *
   * @param text the file
   * @param table its name
   * @param nameOffset where the name stands
   * @param selectOffset where the SELECT begins; it goes on to the end of the file
   * @param partitionBy columns by whose values its files are kept apart, if any
   */
  record Header(
      SourceText text,
      TableName table,
      int nameOffset,
      int selectOffset,
      Optional<Names> partitionBy) {
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

  /**
   * CREATE STAGING TABLE.
   *
   * @param keys the clause KEYS; without names when another clause says what its rows are
   * @param every APPEND or HISTORY, in upper case, if not rows but their images are kept
   */
  record Staging(Header header, Names keys, Optional<Term> every) implements Statement {}

  /**
   * CREATE DIMENSION.
   *
   * @param part which of its tables this is
   * @param combinations whether it is SELECT DISTINCT: the members are the combinations of values
   *     ever seen, and all columns are the key
   * @param from what the rows of its input are, if they are not one row a key
   * @param scdType the number in STORED AS SCD TYPE
   * @param previous columns with, where the statement gives them, the names of those that hold
   *     their previous values
   */
  record DimensionStatement(
      Header header,
      Part part,
      boolean combinations,
      Optional<From> from,
      Names keys,
      Optional<Names> sequenceBy,
      Term scdType,
      Optional<Columns> track,
      Optional<Columns> ignoreNulls,
      List<Renamed> previous,
      Optional<Term> surrogateKey,
      Optional<Term> durableKey,
      Optional<Ends> deletes,
      Optional<Condition> truncates)
      implements Statement {
    public DimensionStatement {
      previous = List.copyOf(previous);
    }

    /** A table of a dimension. */
    public enum Part {
      /** The only one. */
      WHOLE,
      /** Of type 4: a row for each member. */
      CURRENT,
      /** Of type 4: a row for each version. */
      HISTORY
    }

    /** What the name of a table of versions ends with, of a type 4 dimension. */
    public static final String HISTORY_NAME = "_history";

    @Override
    public List<Statement> tables() {
      if (!scdType.text().equals("4")) {
        return List.of(this);
      }
      TableName name = header.table();
      TableName history = new TableName(name.schema(), name.name() + HISTORY_NAME);
      return List.of(
          with(header, Part.CURRENT),
          with(
              new Header(
                  header.text(),
                  history,
                  header.nameOffset(),
                  header.selectOffset(),
                  header.partitionBy()),
              Part.HISTORY));
    }

    private DimensionStatement with(Header other, Part table) {
      return new DimensionStatement(
          other,
          table,
          combinations,
          from,
          keys,
          sequenceBy,
          scdType,
          track,
          ignoreNulls,
          previous,
          surrogateKey,
          durableKey,
          deletes,
          truncates);
    }
  }

  /**
   * CREATE DIMENSION ... FROM CALENDAR. It has no SELECT.
   *
   * @param from the first day, as written
   * @param to the last day, as written
   * @param fiscalMonth the month in which a fiscal year begins
   * @param week ISO or SUNDAY, in upper case
   */
  record CalendarStatement(
      Header header, Term from, Term to, Optional<Term> fiscalMonth, Optional<Term> week)
      implements Statement {}

  /**
   * Columns in a clause: those listed, or all but those listed.
   *
   * @param except whether it was {@code * EXCEPT (...)}
   * @param names the list; empty for {@code *} alone
   */
  record Columns(boolean except, Names names) {}

  /**
   * FROM.
   *
   * @param kind HISTORY or SNAPSHOT, in upper case
   * @param by the column that tells snapshots apart, if one does
   */
  record From(Term kind, Optional<Term> by) {}

  /** {@code column AS name}, or a column alone. */
  record Renamed(Term column, Optional<Term> name) {}

  /**
   * APPLY AS DELETE.
   *
   * @param action CLOSE, FLAG, REMOVE or IGNORE, in upper case
   * @param when which input rows are deletes, if some are
   */
  record Ends(Term action, Optional<Condition> when) {}

  /**
   * A condition over the SELECT's input.
   *
   * @param sql without its parentheses
   * @param offset where it begins
   */
  record Condition(String sql, int offset) {}

  /** CREATE DYNAMIC TABLE. */
  record Dynamic(
      Header header,
      boolean orReplace,
      Optional<Term> targetLag,
      Optional<Term> refreshMode,
      Optional<Term> initialize,
      Optional<Term> cardinalityThreshold,
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
