package io.millrace.marts.incremental;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random queries over every construct that is supported, over tables a, b and c. Values are chosen
 * so that any order of addition gives the same; orders are total up to equal rows.
 */
@SuppressWarnings("NullAway") // where a column may be missing, the caller looks
final class Queries {
  /** A column by name and kind: I integer, S text, M decimal, F double, D date, T instant. */
  record Column(String name, char kind) {}

  /** A query and its output. */
  record Query(String sql, List<Column> columns) {}

  static final List<Column> TABLE =
      List.of(
          new Column("id", 'I'),
          new Column("k", 'I'),
          new Column("g", 'S'),
          new Column("v", 'M'),
          new Column("x", 'F'),
          new Column("d", 'D'),
          new Column("t", 'T'));

  private final Random random;
  private final Lookups lookups;
  private int names;

  Queries(Random random, Lookups lookups) {
    this.random = random;
    this.lookups = lookups;
  }

  /** A query with up to that many levels of blocks. */
  Query any(int depth) {
    if (depth <= 0) {
      return random.nextInt(3) == 0 ? table() : filtered(table());
    }
    return switch (random.nextInt(22)) {
      case 0, 1 -> grouped(any(depth - 1));
      case 2 -> joined(any(depth - 1), any(depth - 1));
      case 3 -> joined(table(), joined(table(), any(depth - 1)));
      case 4, 5 -> outer(any(depth - 1), any(depth - 1));
      case 6 -> projected(any(depth - 1));
      case 7 -> windowed(any(depth - 1));
      case 8 -> exists(any(depth - 1), any(0));
      case 9 -> in(any(depth - 1), any(depth - 1));
      case 18 -> in(filtered(table()), projected(table()));
      case 10 -> union(depth);
      case 11 -> distinct(any(depth - 1));
      case 12 -> distinctOn(any(depth - 1));
      case 13 -> top(any(depth - 1));
      case 14 -> scalar(any(depth - 1));
      case 15 -> unnested(any(depth - 1));
      case 16 -> twice(any(depth - 1));
      case 17 -> moving(any(depth - 1));
      case 19 -> grouped(lookup());
      case 20 -> lookup();
      default -> filtered(any(depth - 1));
    };
  }

  private Query table() {
    return new Query("SELECT * FROM staging." + pick("a", "b", "c"), TABLE);
  }

  /** A foreign key to a dimension. */
  private Query lookup() {
    Query rows = random.nextBoolean() ? table() : filtered(table());
    List<Column> columns = new ArrayList<>(rows.columns());
    columns.add(new Column("sk", 'I'));
    return new Query(lookups.sql(random.nextInt(lookups.count()), rows.sql()), columns);
  }

  private Query filtered(Query q) {
    return new Query(
        "SELECT * FROM (%s) WHERE %s".formatted(q.sql(), condition(q.columns(), "")), q.columns());
  }

  private Query moving(Query q) {
    Column time = column(q, 'T');
    return time == null
        ? filtered(q)
        : new Query(
            "SELECT * FROM (%s) WHERE %s >= @now - INTERVAL %d DAY"
                .formatted(q.sql(), time.name(), 1 + random.nextInt(4)),
            q.columns());
  }

  private Query projected(Query q) {
    List<Column> columns = new ArrayList<>();
    List<String> items = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      Column c = column(q);
      String name = name();
      String text =
          switch (c.kind()) {
            case 'I' -> pick("%s + 1", "coalesce(%s, 0)", "%s * 2", "%s", "abs(%s - 3)");
            case 'S' ->
                pick("upper(%s)", "%s || 'z'", "coalesce(%s, '')", "%s", "substring(%s, 1, 1)");
            case 'M' -> pick("CAST(%s * 2 AS DECIMAL(12,2))", "%s", "coalesce(%s, 1.50)");
            case 'F' -> pick("%s / 2", "%s", "-%s");
            case 'D' -> pick("%s", "CAST(date_trunc('month', %s) AS DATE)", "%s + 1");
            default -> "%s";
          };
      items.add(text.formatted(c.name()) + " AS " + name);
      columns.add(new Column(name, c.kind()));
    }
    if (random.nextInt(3) == 0) {
      Column c = column(q);
      String name = name();
      items.add("CASE WHEN %s THEN 'p' ELSE 'q' END AS %s".formatted(simple(c, ""), name));
      columns.add(new Column(name, 'S'));
    }
    return new Query("SELECT %s FROM (%s)".formatted(String.join(", ", items), q.sql()), columns);
  }

  private Query grouped(Query q) {
    List<Column> columns = new ArrayList<>();
    List<String> items = new ArrayList<>();
    int keys = random.nextInt(3);
    for (int i = 0; i < keys; i++) {
      Column c = random.nextBoolean() ? small(q) : column(q);
      String name = name();
      items.add(c.name() + " AS " + name);
      columns.add(new Column(name, c.kind()));
    }
    boolean exact = random.nextInt(3) > 0;
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      aggregate(q, exact, items, columns);
    }
    StringBuilder sql =
        new StringBuilder("SELECT %s FROM (%s)".formatted(String.join(", ", items), q.sql()));
    if (keys > 0) {
      sql.append(" GROUP BY ALL");
    }
    if (random.nextInt(3) == 0) {
      sql.append(" HAVING count(*) > ").append(random.nextInt(3));
    }
    return new Query(sql.toString(), columns);
  }

  private void aggregate(Query q, boolean exact, List<String> items, List<Column> columns) {
    Column c = column(q);
    Column number = exact || random.nextBoolean() ? either(q, 'I', 'M') : column(q, 'F');
    String filter = random.nextInt(4) == 0 ? " FILTER (WHERE " + simple(column(q), "") + ")" : "";
    String name = name();
    String call;
    char kind;
    int which = random.nextInt(exact ? 6 : 9);
    if (which == 0 || (which <= 2 && number == null)) {
      call = "count(*)";
      kind = 'I';
    } else if (which == 1) {
      call = "sum(" + number.name() + ")";
      kind = number.kind() == 'I' ? 'H' : number.kind() == 'M' ? 'W' : 'F';
    } else if (which == 2) {
      call = "avg(" + number.name() + ")";
      kind = 'A';
    } else if (which == 3) {
      call = "count(" + c.name() + ")";
      kind = 'I';
    } else if (which <= 5) {
      call = pick("min", "max") + "(" + c.name() + ")";
      kind = c.kind();
    } else if (which == 6) {
      call = "count(DISTINCT " + c.name() + ")";
      kind = 'I';
    } else if (which == 7) {
      Column by = column(q);
      call = "string_agg(CAST(%1$s AS VARCHAR), '+' ORDER BY %1$s)".formatted(by.name());
      kind = 'S';
    } else {
      call = "count_if(" + simple(c, "") + ")";
      kind = 'H';
    }
    items.add(call + filter + " AS " + name);
    columns.add(new Column(name, kind));
  }

  private Query joined(Query l, Query r) {
    List<Column> columns = new ArrayList<>();
    String items = both(l, r, columns);
    String condition = equal(l, r) + (random.nextInt(3) == 0 ? " AND " + residual(l, r) : "");
    return new Query(
        pick("SELECT %s FROM (%s) l JOIN (%s) r ON %s", "SELECT %s FROM (%s) l, (%s) r WHERE %s")
            .formatted(items, l.sql(), r.sql(), condition),
        columns);
  }

  private Query outer(Query l, Query r) {
    List<Column> columns = new ArrayList<>();
    String items = both(l, r, columns);
    String kind = pick("LEFT", "RIGHT", "FULL", "LEFT");
    String condition =
        random.nextInt(8) == 0 && !kind.equals("FULL")
            ? residual(l, r)
            : equal(l, r)
                + (random.nextInt(3) == 0 && !kind.equals("FULL") ? " AND " + residual(l, r) : "");
    return new Query(
        "SELECT %s FROM (%s) l %s JOIN (%s) r ON %s"
            .formatted(items, l.sql(), kind, r.sql(), condition),
        columns);
  }

  private Query exists(Query l, Query r) {
    String condition = equal(l, r) + (random.nextInt(3) == 0 ? " AND " + residual(l, r) : "");
    String exists = "EXISTS (SELECT 1 FROM (%s) r WHERE %s)".formatted(r.sql(), condition);
    if (random.nextInt(4) == 0) {
      List<Column> columns = new ArrayList<>(l.columns());
      String name = name();
      columns.add(new Column(name, 'B'));
      return new Query(
          "SELECT l.*, %s AS %s FROM (%s) l".formatted(exists, name, l.sql()), columns);
    }
    return new Query(
        "SELECT * FROM (%s) l WHERE %s%s".formatted(l.sql(), pick("", "NOT "), exists),
        l.columns());
  }

  private Query in(Query l, Query r) {
    Column left = small(l);
    Column right = like(r, left);
    if (right == null) {
      return exists(l, r);
    }
    String correlated = random.nextInt(3) == 0 ? " WHERE " + equal(l, r) : "";
    String in =
        "%s %sIN (SELECT r.%s FROM (%s) r%s)"
            .formatted(
                "l." + left.name(), pick("", "NOT ", "NOT "), right.name(), r.sql(), correlated);
    if (random.nextInt(5) == 0) {
      List<Column> columns = new ArrayList<>(l.columns());
      String name = name();
      columns.add(new Column(name, 'B'));
      return new Query("SELECT l.*, %s AS %s FROM (%s) l".formatted(in, name, l.sql()), columns);
    }
    return new Query("SELECT * FROM (%s) l WHERE %s".formatted(l.sql(), in), l.columns());
  }

  private Query union(int depth) {
    Query l = table();
    Query r = filtered(table());
    if (depth > 1 && random.nextBoolean()) {
      l = distinct(l);
    }
    return new Query(
        "(%s) %s (%s)"
            .formatted(
                l.sql(), pick("UNION ALL", "UNION ALL", "UNION", "EXCEPT", "INTERSECT"), r.sql()),
        l.columns());
  }

  private Query distinct(Query q) {
    List<Column> some = some(q);
    return new Query("SELECT DISTINCT %s FROM (%s)".formatted(names(some), q.sql()), some);
  }

  private Query distinctOn(Query q) {
    return new Query(
        "SELECT DISTINCT ON (%s) * FROM (%s) ORDER BY %s"
            .formatted(small(q).name(), q.sql(), names(q.columns())),
        q.columns());
  }

  private Query windowed(Query q) {
    Column key = small(q);
    List<Column> columns = new ArrayList<>(q.columns());
    String name = name();
    Column number = either(q, 'I', 'M');
    String order = names(q.columns());
    String over = "(PARTITION BY %s ORDER BY %s)".formatted(key.name(), order);
    String window =
        switch (random.nextInt(5)) {
          case 0 -> "rank() OVER " + over;
          case 1 -> "lag(%s) OVER %s".formatted(key.name(), over);
          case 2 ->
              "count(*) OVER (PARTITION BY %s ORDER BY %s ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
                  .formatted(key.name(), order);
          case 3 ->
              number == null
                  ? "row_number() OVER " + over
                  : "sum(%s) OVER (PARTITION BY %s)".formatted(number.name(), key.name());
          default -> "row_number() OVER " + over;
        };
    columns.add(new Column(name, 'Z'));
    String qualify =
        random.nextInt(3) == 0
            ? " QUALIFY row_number() OVER %s <= %d".formatted(over, 1 + random.nextInt(2))
            : "";
    return new Query(
        "SELECT *, %s AS %s FROM (%s)%s".formatted(window, name, q.sql(), qualify), columns);
  }

  private Query top(Query q) {
    return new Query(
        "SELECT * FROM (%s) ORDER BY %s LIMIT %d%s"
            .formatted(q.sql(), names(q.columns()), 1 + random.nextInt(5), pick("", " OFFSET 1")),
        q.columns());
  }

  private Query scalar(Query l) {
    Query r = filtered(table());
    String name = name();
    List<Column> columns = new ArrayList<>(l.columns());
    columns.add(new Column(name, 'Z'));
    String where = random.nextBoolean() ? " WHERE " + equal(l, r) : "";
    String call = pick("max(r.v)", "sum(r.v)", "count(*)", "min(r.g)", "count(r.k)");
    return new Query(
        "SELECT l.*, (SELECT %s FROM (%s) r%s) AS %s FROM (%s) l"
            .formatted(call, r.sql(), where, name, l.sql()),
        columns);
  }

  private Query unnested(Query q) {
    Column number = column(q, 'I');
    if (number == null) {
      return filtered(q);
    }
    String name = name();
    List<Column> columns = new ArrayList<>(q.columns());
    columns.add(new Column(name, 'I'));
    return new Query(
        "SELECT *, unnest([%1$s, 1, NULL]) AS %2$s FROM (%3$s)"
            .formatted(number.name(), name, q.sql()),
        columns);
  }

  private Query twice(Query q) {
    Query self = new Query("SELECT * FROM q" + names, q.columns());
    String with = "q" + names++;
    Query over = random.nextBoolean() ? joined(self, filtered(self)) : outer(self, grouped(self));
    return new Query("WITH %s AS (%s) %s".formatted(with, q.sql(), over.sql()), over.columns());
  }

  private String both(Query l, Query r, List<Column> columns) {
    List<String> items = new ArrayList<>();
    for (Column c : some(l)) {
      items.add("l." + c.name() + " AS " + add(c, columns));
    }
    for (Column c : some(r)) {
      items.add("r." + c.name() + " AS " + add(c, columns));
    }
    return String.join(", ", items);
  }

  private String add(Column c, List<Column> columns) {
    String name = name();
    columns.add(new Column(name, c.kind()));
    return name;
  }

  private String equal(Query l, Query r) {
    Column left = small(l);
    Column right = like(r, left);
    if (right == null) {
      return "CAST(l.%s AS VARCHAR) = CAST(r.%s AS VARCHAR)"
          .formatted(left.name(), small(r).name());
    }
    String operator = random.nextInt(6) == 0 ? "IS NOT DISTINCT FROM" : "=";
    String first = "l.%s %s r.%s".formatted(left.name(), operator, right.name());
    return random.nextInt(4) == 0
        ? first
            + " AND CAST(l.%s AS VARCHAR) = CAST(r.%s AS VARCHAR)"
                .formatted(small(l).name(), small(r).name())
        : first;
  }

  private String residual(Query l, Query r) {
    Column left = column(l);
    Column right = like(r, left);
    return right == null
        ? simple(left, "l.")
        : "l.%s %s r.%s".formatted(left.name(), pick("<", ">=", "<>"), right.name());
  }

  private String condition(List<Column> columns, String prefix) {
    Column c = columns.get(random.nextInt(columns.size()));
    String first = simple(c, prefix);
    return switch (random.nextInt(6)) {
      case 0 -> first + " OR " + simple(columns.get(random.nextInt(columns.size())), prefix);
      case 1 -> "NOT (" + first + ")";
      default -> first;
    };
  }

  private String simple(Column c, String prefix) {
    String name = prefix + c.name();
    return switch (c.kind()) {
      case 'I', 'H' ->
          name + pick(" > 1", " IN (1, 2, 3)", " IS NOT NULL", " <> 2", " BETWEEN 0 AND 3");
      case 'S' ->
          name + pick(" LIKE 'x%'", " = 'y'", " IS NULL", " <> 'x'", " IS DISTINCT FROM 'y'");
      case 'M', 'W' -> name + pick(" > 1.50", " <= 2", " IS NOT NULL");
      case 'F', 'A' -> name + pick(" > 0.5", " IS NOT NULL");
      case 'D' -> name + pick(" >= DATE '2026-01-03'", " IS NOT NULL");
      default -> name + " IS NOT NULL";
    };
  }

  private List<Column> some(Query q) {
    List<Column> some = new ArrayList<>();
    for (Column c : q.columns()) {
      if (random.nextInt(3) > 0) {
        some.add(c);
      }
    }
    return some.isEmpty() ? List.of(q.columns().getFirst()) : some;
  }

  private Column column(Query q) {
    return q.columns().get(random.nextInt(q.columns().size()));
  }

  private Column column(Query q, char kind) {
    return q.columns().stream().filter(c -> c.kind() == kind).findAny().orElse(null);
  }

  private Column either(Query q, char one, char other) {
    Column first = column(q, one);
    Column second = column(q, other);
    return first == null || (second != null && random.nextBoolean()) ? second : first;
  }

  /** A column of few values. */
  private Column small(Query q) {
    List<Column> few =
        q.columns().stream().filter(c -> c.kind() == 'I' || c.kind() == 'S').toList();
    return few.isEmpty() ? column(q) : few.get(random.nextInt(few.size()));
  }

  private Column like(Query q, Column other) {
    List<Column> same = q.columns().stream().filter(c -> c.kind() == other.kind()).toList();
    return same.isEmpty() ? null : same.get(random.nextInt(same.size()));
  }

  private static String names(List<Column> columns) {
    return String.join(", ", columns.stream().map(Column::name).toList());
  }

  private String name() {
    return "n" + names++;
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
