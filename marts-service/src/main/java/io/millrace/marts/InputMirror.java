package io.millrace.marts;

import io.millrace.changelog.published.TableVersion;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Sql;
import io.millrace.shard.FollowedTable;
import io.millrace.shard.FollowedTable.Position;
import io.millrace.shard.Shard;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The rows of a table that another service or instance writes, at a cut, in local DuckDB. Loaded
 * from the lake, then kept by the table's announced changes; when those do not follow, loaded
 * again.
 */
final class InputMirror {
  private static final Logger LOG = Logger.getLogger("millrace.refresh");
  private static final String LOADED = "input_loaded";
  private static final String NET = "input_net";
  private static final String VIEW = "input_rows";

  private final Connection duck;
  private final FollowedTable table;
  private final RowSchema schema;
  private final String relation;
  private final ChangeLog log;
  private Position position = Position.NONE;
  private boolean loaded;
  private boolean retyped;
  private long brought = -1;

  InputMirror(Shard shard, FollowedTable table) {
    this.duck = shard.duck();
    this.table = table;
    this.schema = table.definition().schema();
    this.relation = Sql.name("rows of " + table.name());
    this.log = new ChangeLog(duck, Sql.name("changes of " + table.name()), schema);
  }

  TableName name() {
    return table.name();
  }

  /** What stands in FROM for its rows. */
  String relation() {
    return relation;
  }

  /** Its changes, as far as they were announced. */
  ChangeLog log() {
    return log;
  }

  /** The cut that its table is right through. */
  long through() {
    return table.through();
  }

  /**
   * Brings it to the cut, which its table has reached; one that is there already stays. A version
   * that shows a cut which readers have passed was announced too late for them: at the next cut it
   * is loaded again, and they with it. So it is when a rebuild gives columns other types: it does
   * not take back what readers have taken for their values before.
   */
  void bring(long cut) {
    if (!loaded) {
      load(cut);
    } else if (cut > brought) {
      bringOn(cut);
    }
  }

  private void bringOn(long cut) {
    boolean any = false;
    Optional<TableVersion> next = next(cut);
    while (next.isPresent()) {
      if (retyped || !FollowedTable.follows(next.get(), position) || next.get().cut() <= brought) {
        load(cut);
        return;
      }
      loaded = false; // until the changes are applied, whatever fails before
      if (!changesLoaded(next.get())) {
        load(cut);
        return;
      }
      position = new Position(next.get().tableId(), next.get().version());
      log.add(LOADED, next.get().cut(), position);
      gather(!any);
      any = true;
      next = next(cut);
    }
    if (any && !applied()) {
      LOG.warnf("the rows kept of %s are not those that changed: they are read anew", name());
      load(cut);
      return;
    }
    loaded = true;
    brought = cut;
  }

  /** False when vacuum has taken them. */
  private boolean changesLoaded(TableVersion version) {
    try {
      table.load(version, LOADED);
      return true;
    } catch (MillraceException e) {
      if (e.errorCode() != LakeError.LK_011_HISTORY_GONE) {
        throw e;
      }
      LOG.infof(
          "the changes of version %d of %s are gone: its rows are read", version.version(), name());
      return false;
    }
  }

  private Optional<TableVersion> next(long cut) {
    return table.next(position).filter(v -> v.cut() <= cut);
  }

  private void load(long cut) {
    DeltaTable delta = table.openAnnounced();
    OptionalLong version = delta.history().versionAt(cut);
    if (version.isEmpty()) {
      Sql.run(duck, "CREATE OR REPLACE TABLE " + relation + " AS " + empty());
      position = Position.NONE;
      retyped = false;
    } else {
      RowSchema stored = delta.history().createView(duck, version.getAsLong(), VIEW);
      Sql.run(
          duck,
          "CREATE OR REPLACE TABLE %s AS SELECT %s FROM %s"
              .formatted(relation, table.columns(stored), VIEW));
      position = new Position(delta.id(), version.getAsLong());
      retyped = Inputs.isRetyped(stored, schema);
    }
    log.begin(cut, position);
    loaded = true;
    brought = cut;
  }

  /** Drops what DuckDB holds of it; it is loaded again when it is brought somewhere. */
  void drop() {
    loaded = false;
    Sql.run(duck, "DROP TABLE IF EXISTS " + relation);
  }

  private String empty() {
    StringBuilder select = new StringBuilder("SELECT ");
    schema
        .columns()
        .forEach(c ->
            select
                .append(select.length() > 7 ? ", " : "")
                .append("NULL::")
                .append(c.type().sql())
                .append(" AS ")
                .append(Sql.name(c.name())));
    return select.append(" WHERE FALSE").toString();
  }

  private void gather(boolean first) {
    String rows = "SELECT %s, _weight FROM %s".formatted(Sql.names(schema.names()), LOADED);
    Sql.run(
        duck,
        first
            ? "CREATE OR REPLACE TEMP TABLE " + NET + " AS " + rows
            : "INSERT INTO " + NET + " " + rows);
  }

  /**
   * Nets the changes, takes out as many copies of each row as went, puts in those that came. False
   * if other rows were there than went.
   */
  private boolean applied() {
    String columns = Sql.names(schema.names());
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE %1$s AS
        SELECT %2$s, sum(_weight)::BIGINT AS _weight FROM %1$s GROUP BY ALL HAVING sum(_weight) <> 0
        """
            .formatted(NET, columns));
    long gone =
        Sql.number(
            duck,
            "SELECT coalesce(-sum(_weight), 0)::BIGINT FROM %s WHERE _weight < 0".formatted(NET));
    if (gone > 0
        && gone
            != Sql.update(
                duck, "DELETE FROM %s WHERE rowid IN (%s)".formatted(relation, numbersGone()))) {
      return false;
    }
    Sql.run(
        duck,
        "INSERT INTO %s (%s) SELECT %s FROM %s, range(_weight) WHERE _weight > 0"
            .formatted(relation, columns, columns, NET));
    return true;
  }

  /** A row is found by its key alone, where it has one: its other columns are not read. */
  private String numbersGone() {
    List<String> by = schema.key().isEmpty() ? schema.names() : schema.key();
    String same = by.stream().map(this::same).collect(Collectors.joining(" AND "));
    String found =
        "SELECT t.rowid FROM %s t JOIN (FROM %s WHERE _weight < 0) n ON %s"
            .formatted(relation, NET, same);
    return schema.key().isEmpty()
        ? found
            + " QUALIFY row_number() OVER (PARTITION BY %s) <= -n._weight"
                .formatted(
                    by.stream().map(c -> "t." + Sql.name(c)).collect(Collectors.joining(", ")))
        : found;
  }

  /** A plain equality lets DuckDB pass over what cannot be a match. */
  private String same(String column) {
    boolean nullable = schema.column(column).orElseThrow().nullable();
    return "t.%1$s %2$s n.%1$s"
        .formatted(Sql.name(column), nullable ? "IS NOT DISTINCT FROM" : "=");
  }
}
