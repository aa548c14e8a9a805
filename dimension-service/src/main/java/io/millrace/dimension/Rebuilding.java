package io.millrace.dimension;

import io.millrace.changelog.cut.FoldedCut;
import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.error.DimensionError;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.Sql;
import io.millrace.lake.TableHistory;
import io.millrace.lake.Watermark;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Rebuild;
import io.millrace.shard.Shard;
import io.millrace.shard.WrittenTable;
import io.millrace.warehouse.Dimension;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A dimension computed anew at a cut: its input's whole change feed, replayed version by version
 * into a scratch table. What is no longer held cannot be replayed: then the rebuild is refused,
 * unless the operator said that history may be lost. A rewind begins with the rows of a cut in
 * place of none.
 */
final class Rebuilding {
  /** The computed rows, in the dimension's columns. */
  static final String SCRATCH = "dimension_scratch";

  private static final String INPUT = "dimension_replayed";
  private static final String PAST = "dimension_past";

  private final Shard shard;
  private final Dimension dimension;
  private final WrittenTable table;
  private final Followed input;
  private final InputHistory history;
  private final Inferring inferring;
  private final Events events;
  private final Members members;
  private final Moments moments;
  private final Erasures erasures;

  Rebuilding(
      Shard shard,
      Dimension dimension,
      WrittenTable table,
      Followed input,
      Inferring inferring,
      Events events,
      Members members,
      Moments moments,
      Erasures erasures) {
    this.shard = shard;
    this.dimension = dimension;
    this.table = table;
    this.input = input;
    this.history = input.history();
    this.inferring = inferring;
    this.events = events;
    this.members = members;
    this.moments = moments;
    this.erasures = erasures;
  }

  /**
   * What computed rows contain.
   *
   * @param own of the input
   * @param keys of the tables whose keys become members, in their order
   */
  record Contained(Position own, List<Position> keys) {}

  /** Fills {@link #SCRATCH} with the rows at the order's cut. */
  Contained run(FoldedCut order) {
    InputVersion last = replay(order);
    List<Position> keys = List.of();
    if (dimension.infers()) {
      history.loadNothing(INPUT);
      events.take(INPUT, moments.at(order.number(), true));
      keys = inferring.all(order.number(), floored(), SCRATCH);
      members.apply(SCRATCH);
      replace();
    }
    keepDropped();
    return new Contained(new Position(last.tableId(), last.version()), keys);
  }

  /** The table's rows, if they can tell which of today's keys have a floor. */
  private Optional<String> floored() {
    RowSchema stored = table.delta().schema();
    return stored.column(Dimension.KNOWN_FROM).isPresent() && sameKeys(stored)
        ? Optional.of(table.mirror().relation())
        : Optional.empty();
  }

  private InputVersion replay(FoldedCut order) {
    TableVersion last = newest(order);
    Span whole = new Span(DefaultMembers.select(dimension), -1, order.number());
    if (events instanceof HeldEvents) {
      return replay(whole, List.of(InputHistory.whole(last)), last);
    }
    Rebuild wanted = Rebuild.of(order);
    if (wanted.rewindTo() != null) {
      return rewind(wanted.rewindTo(), order, last);
    }
    try {
      return replay(whole, history.feed(Position.NONE, last), last);
    } catch (MillraceException e) {
      if (e.errorCode() != LakeError.LK_011_HISTORY_GONE) {
        throw e;
      }
      if (!wanted.loseHistory()) {
        throw notHeld(e);
      }
      return replay(whole, List.of(history.difference(0, last)), last);
    }
  }

  private TableVersion newest(FoldedCut order) {
    try {
      return input
          .newestAt(order.number())
          .orElseThrow(() ->
              new MillraceException(
                  ShardError.SHD_005_INPUT_MISSING,
                  "nothing was announced of " + dimension.input() + " yet."));
    } catch (MillraceException e) {
      throw e.errorCode() == LakeError.LK_011_HISTORY_GONE ? notHeld(e) : e;
    }
  }

  /**
   * Takes the dimension as it was at a cut, and replays what its input brought since. A column that
   * it had not then holds nothing in the versions that had ended.
   */
  private InputVersion rewind(long cut, FoldedCut order, TableVersion last) {
    try {
      TableHistory past = table.delta().history();
      OptionalLong version = past.versionAt(cut);
      if (version.isEmpty()) {
        return replay(
            new Span(DefaultMembers.select(dimension), -1, order.number()),
            history.feed(Position.NONE, last),
            last);
      }
      Watermark then = past.watermarkAt(version.getAsLong());
      String name = dimension.input().toString();
      if (!then.tableIds().getOrDefault(name, last.tableId()).equals(last.tableId())) {
        throw notReached(cut, null);
      }
      Position contained = new Position(last.tableId(), containedAt(cut, then, last));
      List<InputVersion> since = history.feed(contained, last);
      RowSchema schema = past.createView(shard.duck(), version.getAsLong(), PAST);
      if (!sameKeys(schema)) {
        throw notReached(cut, null);
      }
      return replay(
          new Span(asOf(schema, history.rowsAt(contained)), then.cut(), order.number()),
          since,
          last);
    } catch (MillraceException e) {
      throw e.errorCode() == LakeError.LK_011_HISTORY_GONE ? notReached(cut, e) : e;
    }
  }

  /** What came after the version's commit and up to the cut had changed none of its rows. */
  private long containedAt(long cut, Watermark then, TableVersion last) {
    return Math.min(
        last.version(),
        Math.max(
            then.inputs().getOrDefault(dimension.input().toString(), -1L),
            history.shownAt(cut).map(TableVersion::version).orElse(-1L)));
  }

  private boolean sameKeys(RowSchema past) {
    return Stream.concat(dimension.keys().stream(), Stream.of(dimension.surrogateKey()))
        .allMatch(k ->
            past.column(k)
                .map(Column::type)
                .equals(dimension.schema().column(k).map(Column::type)));
  }

  /**
   * The rows of then. Of a column that they had not, the current ones have what the input says of
   * the member, so that its next change is not taken for one of this column too.
   */
  private String asOf(RowSchema past, String input) {
    List<String> missing =
        dimension.attributes().names().stream().filter(c -> !isOf(past, c)).toList();
    return """
    %s UNION ALL SELECT %s FROM %s AS p LEFT JOIN (SELECT DISTINCT %s FROM (%s)) AS i ON %s WHERE p.%s > 0\
    """
        .formatted(
            DefaultMembers.select(dimension),
            dimension.schema().columns().stream()
                .map(c -> asOf(c, past, missing) + " AS " + Sql.name(c.name()))
                .collect(Collectors.joining(", ")),
            Sql.name(PAST),
            Sql.names(dimension.attributes().names()),
            dimension.select(input),
            InputRows.equal(dimension.keys(), "p", "i"),
            Sql.name(dimension.surrogateKey()));
  }

  private String asOf(Column column, RowSchema past, List<String> missing) {
    String name = column.name();
    if (isOf(past, name)) {
      return "p." + Sql.name(name);
    }
    if (dimension.infers() && name.equals(Dimension.IS_INFERRED)) {
      return "FALSE";
    }
    if (dimension.infers() && name.equals(Dimension.KNOWN_FROM)) {
      return "p.valid_from";
    }
    if (missing.contains(name)) {
      return "CASE WHEN p.is_current THEN i." + Sql.name(name) + " END";
    }
    String base =
        name.startsWith(Dimension.CURRENT) ? name.substring(Dimension.CURRENT.length()) : "";
    return missing.contains(base) ? "i." + Sql.name(base) : "NULL::" + column.type().sql();
  }

  private boolean isOf(RowSchema past, String name) {
    return past.column(name)
        .map(Column::type)
        .equals(dimension.schema().column(name).map(Column::type));
  }

  /**
   * What a replay covers.
   *
   * @param first SELECT of the rows that it begins with
   * @param after the cut that these show
   * @param through the cut that it ends at
   */
  private record Span(String first, long after, long through) {}

  private InputVersion replay(Span span, List<InputVersion> versions, TableVersion last) {
    Sql.run(shard.duck(), "CREATE OR REPLACE TEMP TABLE " + SCRATCH + " AS " + span.first());
    inferring.clear();
    long shown = span.after();
    InputVersion newest = InputVersion.announced(last);
    InputVersion joined = null;
    for (InputVersion next : versions) {
      InputVersion version = joined == null ? next : joined.with(next);
      long cut = Math.max(shown, version.cut()); // a restored input shows an earlier one
      erasures.replay(SCRATCH, shown, cut);
      shown = cut;
      switch (events) {
        case KeyedEvents keyed ->
            keyed.take(
                history,
                version,
                moments.at(cut, Members.any(shard.duck(), dimension, SCRATCH)),
                SCRATCH,
                INPUT);
        case HeldEvents held -> {
          Position position = new Position(version.tableId(), version.version());
          held.takeAll(history.rowsAt(position), SCRATCH, position);
        }
      }
      if (EmptySnapshots.endsAll(shard.duck(), dimension, SCRATCH)) {
        joined = version;
      } else {
        members.apply(SCRATCH);
        KeyCollisions.refuse(shard.duck(), dimension, SCRATCH);
        replace();
        newest = version;
        joined = null;
      }
    }
    if (joined != null) {
      throw EmptySnapshots.last(dimension);
    }
    erasures.replay(SCRATCH, shown, span.through());
    return newest;
  }

  /** What the table has in columns that the statement has no more stays in its versions. */
  private void keepDropped() {
    if (!dimension.kept().isEmpty()) {
      Sql.run(
          shard.duck(),
          "UPDATE %s AS s SET %s FROM %s AS e WHERE e.%4$s = s.%4$s"
              .formatted(
                  SCRATCH,
                  dimension.kept().stream()
                      .map(c -> "%1$s = e.%1$s".formatted(Sql.name(c)))
                      .collect(Collectors.joining(", ")),
                  table.mirror().relation(),
                  Sql.name(dimension.surrogateKey())));
    }
  }

  private MillraceException notReached(long cut, @Nullable MillraceException cause) {
    return new MillraceException(
        DimensionError.DIM_010_REWIND_NOT_HELD,
        "table "
            + table.name()
            + " cannot be rewound to cut "
            + cut
            + ": its rows of then, or the changes of "
            + dimension.input()
            + " since, are no longer held or have another key. Take a later cut, or run: millrace"
            + " rebuild "
            + table.name(),
        cause);
  }

  private MillraceException notHeld(MillraceException cause) {
    return new MillraceException(
        DimensionError.DIM_003_HISTORY_NOT_HELD,
        "table "
            + table.name()
            + " cannot be rebuilt: the first versions of "
            + dimension.input()
            + " are vacuumed, so its history would shrink. To accept that, run: millrace"
            + " rebuild "
            + table.name()
            + " --lose-history",
        cause);
  }

  private void replace() {
    String sk = Sql.name(dimension.surrogateKey());
    Sql.run(
        shard.duck(),
        "DELETE FROM %1$s AS s USING %2$s AS k WHERE s.%3$s > 0 AND %4$s"
            .formatted(SCRATCH, InputRows.KEYS, sk, InputRows.equal(dimension.keys(), "s", "k")));
    Sql.run(shard.duck(), "INSERT INTO %s BY NAME FROM %s".formatted(SCRATCH, Members.WANTED));
  }
}
