package io.millrace.warehouse.algebra;

import io.millrace.contracts.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A relational operator. Columns are known by position. Equal nodes give equal rows, so what occurs
 * twice in a query need be kept once.
 */
public sealed interface Node {

  /** The SQL types of its output columns, in order. */
  List<String> types();

  /** The operators it reads, in order. */
  List<Node> inputs();

  /** Columns of a table of the warehouse. */
  record Scan(TableName table, List<String> columns, List<String> types) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of();
    }
  }

  /** Rows of constants; none is an empty relation. */
  record Constants(List<List<Expr>> rows, List<String> types) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of();
    }
  }

  /** Expressions over each row. */
  record Project(Node input, List<Expr> outputs) implements Node {
    @Override
    public List<String> types() {
      return outputs.stream().map(Expr::type).toList();
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** The rows for which all conditions are true. */
  record Filter(Node input, List<Expr> conditions) implements Node {
    @Override
    public List<String> types() {
      return input.types();
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    /** Whether time alone can change its rows. */
    public boolean moves() {
      return conditions.stream().anyMatch(Expr::usesNow);
    }
  }

  /** Inner join; conditions see the left columns, then the right ones. */
  record Join(Node left, Node right, List<Expr> conditions) implements Node {
    @Override
    public List<String> types() {
      return concat(left.types(), right.types());
    }

    @Override
    public List<Node> inputs() {
      return List.of(left, right);
    }
  }

  /** What a {@link Match} does with a left row. */
  enum Kind {
    /** Joins it with its matches, or with NULLs. */
    LEFT,
    /** Keeps it if it has a match. */
    SEMI,
    /** Keeps it if it has none. */
    ANTI,
    /** Adds whether it has one: TRUE, FALSE or NULL as IN says. */
    MARK
  }

  /**
   * An equality of a match; each side sees its own columns.
   *
   * @param nullSafe whether two NULLs are equal
   */
  record On(Expr left, Expr right, boolean nullSafe) {}

  /**
   * Left rows, each treated by whether right rows match it.
   *
   * @param rest further conditions over left columns, then right ones
   */
  record Match(Kind kind, Node left, Node right, List<On> on, List<Expr> rest) implements Node {
    @Override
    public List<String> types() {
      return switch (kind) {
        case LEFT -> concat(left.types(), right.types());
        case SEMI, ANTI -> left.types();
        case MARK -> concat(left.types(), List.of("BOOLEAN"));
      };
    }

    @Override
    public List<Node> inputs() {
      return List.of(left, right);
    }

    /** Whether a NULL on either side can make the mark NULL. */
    public boolean nullAware() {
      return kind == Kind.MARK && !on.stream().allMatch(On::nullSafe);
    }
  }

  /** All rows of all inputs. */
  record Union(List<Node> inputs, List<String> types) implements Node {}

  /** Each row once for every element of its lists, side by side; elements come last. */
  record Unnest(Node input, List<Expr> lists) implements Node {
    @Override
    public List<String> types() {
      return concat(input.types(), lists.stream().map(Expr::type).toList());
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** Groups, then values of calls; without groups always one row. DISTINCT has no calls. */
  record Aggregate(Node input, List<Expr> groups, List<Call> calls) implements Node {
    @Override
    public List<String> types() {
      return concat(
          groups.stream().map(Expr::type).toList(), calls.stream().map(Call::type).toList());
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    /** Whether all its values can be kept by adding and subtracting. */
    public boolean exact() {
      return calls.stream().noneMatch(c -> c.exactness() == Call.Exactness.NONE);
    }
  }

  /** Window functions after the input's columns; the partition is what all of them share. */
  record Window(Node input, List<Expr> partition, List<Expr> windows) implements Node {
    @Override
    public List<String> types() {
      return concat(input.types(), windows.stream().map(Expr::type).toList());
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** DISTINCT ON: for each key its first row. */
  record First(Node input, List<Expr> keys, List<Order> orders) implements Node {
    @Override
    public List<String> types() {
      return input.types();
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** ORDER BY with LIMIT; ties are broken by all columns. */
  record Top(Node input, List<Order> orders, long limit, long offset) implements Node {
    @Override
    public List<String> types() {
      return input.types();
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** The input's rows, kept as they are, for a reader that needs all of them. */
  record Stored(Node input) implements Node {
    @Override
    public List<String> types() {
      return input.types();
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }
  }

  /** Two lists, one after the other. */
  private static List<String> concat(List<String> left, List<String> right) {
    return Stream.concat(left.stream(), right.stream()).toList();
  }

  /** It and all below it, inputs first, each once. */
  default List<Node> all() {
    List<Node> all = new ArrayList<>();
    collect(this, all);
    return all;
  }

  private static void collect(Node node, List<Node> all) {
    if (!all.contains(node)) {
      node.inputs().forEach(input -> collect(input, all));
      all.add(node);
    }
  }
}
