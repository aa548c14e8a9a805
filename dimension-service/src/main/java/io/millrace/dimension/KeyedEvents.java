package io.millrace.dimension;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Dimension.OnDelete;
import io.millrace.warehouse.Dimension.ScdType;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The events of the keys in {@link InputRows#KEYS}, of an input with one row a key: what the
 * dimension's rows of them tell, and what the input says now. What a version overwrote in place is
 * not among them any more.
 */
final class KeyedEvents implements Events {
  private final Dimension dimension;
  private final InputRows rows;
  private boolean brought;

  KeyedEvents(Connection duck, Dimension dimension) {
    this.dimension = dimension;
    this.rows = new InputRows(duck, dimension);
  }

  @Override
  public void take(String changes, InputRows.Moment moment) {
    take(changes, moment, List.of(), Optional.empty());
  }

  /**
   * As {@link #take(String, InputRows.Moment)}, of a version that brought columns: what they say of
   * a member is no change of it, so it begins no version.
   *
   * @param existing relation of the dimension's rows, if the changes are all rows of the input, so
   *     that a current member without one has ended
   */
  void take(
      String changes, InputRows.Moment moment, List<Column> columns, Optional<String> existing) {
    rows.from(changes, moment, existing);
    brought = !columns.isEmpty() && dimension.scdType().hasVersions();
    if (brought) {
      rows.markSameBut(columns, changes);
    }
  }

  /**
   * Loads and takes a version of the input.
   *
   * @param existing relation of the dimension's rows
   * @param into relation for the changes
   */
  void take(
      InputHistory history,
      InputVersion version,
      InputRows.Moment moment,
      String existing,
      String into) {
    history.load(version, into);
    take(
        into,
        moment,
        history.broughtBy(version),
        version.saysAll() ? Optional.of(existing) : Optional.empty());
  }

  @Override
  public String sql(String existing) {
    String keys = Sql.names(dimension.keys());
    String attributes = Sql.names(dimension.attributes().names());
    return """
    existing AS (
      SELECT e.*, %1$s AS _start FROM %2$s e SEMI JOIN %3$s k ON %4$s WHERE e.%5$s > 0%15$s),
    news AS (%11$s),
    events AS (
      SELECT %6$s, _start, TRUE AS _live, FALSE AS _news, %14$s AS _since%7$s FROM existing
      UNION ALL BY NAME
      SELECT %8$s, valid_to AS _start, FALSE AS _live, FALSE AS _news FROM (
        SELECT %8$s, valid_to, lead(valid_from) OVER (PARTITION BY %8$s ORDER BY valid_from) AS _next
        FROM existing)
      WHERE valid_to < %9$s AND _next IS DISTINCT FROM valid_to
      UNION ALL BY NAME
      SELECT %6$s, %13$s AS _start, _live, TRUE AS _news%10$s FROM news s%12$s)\
    """
        .formatted(
            startOfExisting(),
            existing,
            InputRows.KEYS,
            InputRows.equal(dimension.keys(), "e", "k"),
            Sql.name(dimension.surrogateKey()),
            attributes,
            Chain.ties(dimension, sameTime()) + previous(),
            keys,
            Validity.OPEN_END,
            Chain.ties(dimension, "TRUE"),
            news(),
            dimension.deletes().action() == OnDelete.IGNORE ? " WHERE _live" : gone(),
            brought ? startOfSame() : "_start",
            dimension.infers() ? Dimension.KNOWN_FROM : Dimension.VALID_FROM,
            Floors.without(dimension));
  }

  /**
   * Without a time of its own a state is never before an end that the log had before it; of a date
   * it is not before one of that day.
   */
  private String news() {
    String start;
    if (dimension.sequenceBy().isEmpty()) {
      start = "greatest(s._start, e._ended)";
    } else if (isByDate()) {
      start =
          "CASE WHEN s._live AND s._start = date_trunc('day', e._ended) THEN e._ended ELSE s._start"
              + " END";
    } else {
      return "FROM " + InputRows.STATES;
    }
    return """
    SELECT s.* REPLACE (%s AS _start) FROM %s s LEFT JOIN (
      SELECT %s, max(valid_to) AS _ended FROM existing WHERE valid_to < %s GROUP BY ALL) e ON %s\
    """
        .formatted(
            start,
            InputRows.STATES,
            Sql.names(dimension.keys()),
            Validity.OPEN_END,
            InputRows.equal(dimension.keys(), "e", "s"));
  }

  private boolean isByDate() {
    return dimension
        .attributes()
        .column(dimension.sequenceBy().getFirst())
        .filter(c -> c.type() == DataType.Simple.DATE)
        .isPresent();
  }

  /**
   * A state that says nothing new is that of the version that it falls into; an end stays where it
   * is.
   */
  private String startOfSame() {
    return """
    CASE WHEN _same AND _live THEN coalesce(
      (SELECT max(e._start) FROM existing e WHERE %s AND e._start <= s._start), s._start)
      ELSE s._start END\
    """
        .formatted(InputRows.equal(dimension.keys(), "e", "s"));
  }

  /** Keys that the input no longer has end, never before the newest state they end. */
  private String gone() {
    return """

      UNION ALL BY NAME
      SELECT %1$s,
             greatest(g._at, coalesce(max(e._start) + INTERVAL 1 MICROSECOND, g._at)) AS _start,
             FALSE AS _live, TRUE AS _news
      FROM %2$s g LEFT JOIN existing e ON %3$s GROUP BY %1$s, g._at\
    """
        .formatted(
            dimension.keys().stream()
                .map(k -> "g." + Sql.name(k))
                .collect(Collectors.joining(", ")),
            InputRows.GONE,
            InputRows.equal(dimension.keys(), "e", "g"));
  }

  /** A version's row begins with its state; a member's only row may show a later one. */
  private String startOfExisting() {
    String began = "e." + (dimension.infers() ? Dimension.KNOWN_FROM : Dimension.VALID_FROM);
    return switch (dimension.scdType()) {
      case TYPE_1, TYPE_3 -> dimension.sequenceBy().isEmpty() ? began : sequence("e.");
      case TYPE_0, TYPE_2, TYPE_6, TYPE_7 -> began;
    };
  }

  /** A row that was brought up to date in place shows the ties of another time than its start. */
  private String sameTime() {
    return sequence("") + " = _start";
  }

  private String sequence(String prefix) {
    return dimension.sequenceBy().isEmpty()
        ? "NULL"
        : prefix + Sql.name(dimension.sequenceBy().getFirst()) + "::TIMESTAMPTZ";
  }

  private String previous() {
    return dimension.scdType() == ScdType.TYPE_3
        ? ", TRUE AS _kept, " + Sql.names(dimension.previous().values())
        : "";
  }
}
