package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.TableName;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.SurrogateKeys;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * A large SCD2 dimension in a lake, and steps on it as {@link DimensionStep} takes them, without
 * Kafka. Members are numbered from 0; all their versions are of the years before 2026.
 */
record StepTable(
    Connection duck, Lake lake, DeltaTable table, Mirror mirror, Dimension dimension, Engine engine)
    implements AutoCloseable {
  private static final TableName NAME = new TableName("dim", "c");
  private static final String CLAUSES =
      "SEQUENCE BY updated_at STORED AS SCD TYPE 2 TRACK HISTORY ON (segment, phone)";

  /** In a lake that is empty. */
  static StepTable create(Connection duck, Path folder, Path root, long members, int versions) {
    Dimension dimension = Statements.dimension(folder, CLAUSES);
    try (Lake lake = new Lake(root)) {
      var _ =
          lake.create(
              NAME,
              TableSpec.of(dimension.schema()),
              Watermark.at(0, dimension.definition()),
              duck,
              rows(dimension, members, versions));
    }
    return open(duck, folder, root);
  }

  static StepTable open(Connection duck, Path folder, Path root) {
    Dimension dimension = Statements.dimension(folder, CLAUSES);
    Lake lake = new Lake(root);
    DeltaTable table = lake.open(NAME);
    return new StepTable(
        duck,
        lake,
        table,
        Mirror.load(duck, table, "dim.c"),
        dimension,
        Engine.keyed(duck, dimension));
  }

  private static String rows(Dimension dimension, long members, int versions) {
    String states =
        String.format(
            Locale.ROOT,
            """
            SELECT i // %1$d AS id, 'segment ' || (i %% %1$d) AS segment,
              '555-' || (hash(i // %1$d) %% 1000000) AS phone, i %% %1$d AS tie,
              TIMESTAMPTZ '2020-01-01 00:00:00+00' + INTERVAL 1 DAY * (i %% %1$d * 300)
                + INTERVAL 1 SECOND * (i // %1$d %% 86400) AS updated_at,
              i %% %1$d = %1$d - 1 AS newest
            FROM range(%2$d) t(i)
            """,
            versions,
            members * versions);
    return """
    SELECT %s AS sk, id, segment, phone, tie, updated_at, updated_at AS valid_from,
      CASE WHEN newest THEN %s ELSE updated_at + INTERVAL 300 DAY END AS valid_to,
      newest AS is_current
    FROM (%s) v
    UNION ALL BY NAME %s
    """
        .formatted(
            SurrogateKeys.ofVersion(dimension, "v", "v.updated_at"),
            Validity.OPEN_END,
            states,
            DefaultMembers.select(dimension));
  }

  /** Random members change their segment. */
  void prepare(int batch, int round) {
    changes(
        "'changed " + round + "'",
        "TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL 1 DAY * " + round,
        batch,
        round);
  }

  /** Random members come as they are. */
  void prepareUnchanged(int batch) {
    changes("segment", "updated_at", batch, 0);
  }

  /** A Z-set of the input: the members' newest states, and what takes their place. */
  private void changes(String segment, String updatedAt, int batch, int round) {
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE picked AS
        SELECT id, segment, phone, tie, NULL::VARCHAR AS op, updated_at FROM %s
        WHERE is_current AND sk > 0 ORDER BY hash(id, %d), id LIMIT %d
        """
            .formatted(mirror.relation(), round, batch));
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE z AS SELECT *, -1 AS _weight FROM picked
        UNION ALL SELECT * REPLACE (%s AS segment, %s AS updated_at), 1 FROM picked
        """
            .formatted(segment, updatedAt));
  }

  /** Writes the new states with the surrogate keys of their versions. */
  void writeStates(Path file) {
    Sql.run(
        duck,
        "COPY (SELECT %s AS sk, * EXCLUDE (op, _weight) FROM z v WHERE _weight > 0) TO %s (FORMAT parquet)"
            .formatted(
                SurrogateKeys.ofVersion(dimension, "v", "v.updated_at"),
                Sql.text(file.toString())));
  }

  /**
   * Takes what was prepared: read, apply, compare, commit.
   *
   * @return rows written and removed
   */
  long step() {
    engine.events().take("z", new InputRows.Moment(Instant.EPOCH, false));
    engine.wanted(mirror.relation());
    RowDiff.Changes changes =
        Members.changes(
            duck,
            dimension,
            new RowDiff(
                NAME, table.schema(), dimension.schema(), List.of(dimension.surrogateKey())),
            "changes",
            mirror.relation());
    if (changes.none()) {
      return 0;
    }
    CommitResult result =
        table.commit(
            duck,
            mirror,
            changes.relation(),
            Watermark.at(table.watermark().cut() + 1, dimension.definition()));
    mirror.refresh(duck);
    assertThat(result).isInstanceOf(CommitResult.Committed.class);
    CommitResult.Committed committed = (CommitResult.Committed) result;
    return committed.rowsInserted() + committed.rowsDeleted();
  }

  /** Rows by which the newest versions in two lakes differ. */
  static long differing(Connection duck, Path one, Path other) {
    List<Path> roots = List.of(one, other);
    for (int side = 0; side < 2; side++) {
      try (Lake lake = new Lake(roots.get(side))) {
        DeltaTable table = lake.open(NAME);
        var _ = table.history().createView(duck, table.version(), "side" + side);
      }
    }
    return Sql.number(
        duck,
        """
        SELECT count(*) FROM (SELECT hash(s) AS h, count(*) AS n FROM side0 s GROUP BY 1) a
        FULL JOIN (SELECT hash(s) AS h, count(*) AS n FROM side1 s GROUP BY 1) b USING (h)
        WHERE a.n IS DISTINCT FROM b.n
        """);
  }

  @Override
  public void close() {
    Sql.run(duck, "DROP TABLE IF EXISTS dim.c");
    lake.close();
  }
}
