package io.millrace.benchmarks;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.CommitResult;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Evolution;
import io.millrace.lake.Lake;
import io.millrace.lake.Mirror;
import io.millrace.lake.RowDiff;
import io.millrace.lake.Sql;
import io.millrace.lake.TableSpec;
import io.millrace.lake.Watermark;
import java.sql.Connection;
import java.util.List;
import java.util.Locale;

/** A table of eight columns sorted by its key, and random changes to it. Use by one thread. */
final class Orders {
  static final TableName NAME = TableName.parse("dim.orders");
  static final RowSchema SCHEMA =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.BIGINT, false),
              new Column("customer", DataType.Simple.BIGINT, true),
              new Column("status", DataType.Simple.VARCHAR, true),
              new Column("comment", DataType.Simple.VARCHAR, true),
              new Column("amount", new DataType.Decimal(12, 2), true),
              new Column("discount", new DataType.Decimal(12, 2), true),
              new Column("ordered_at", DataType.Simple.TIMESTAMP, true),
              new Column("lines", DataType.Simple.INTEGER, true)),
          List.of("id"));

  private final Connection duck;
  private final DeltaTable table;
  private final Mirror mirror;
  private long inserted;

  private Orders(Connection duck, DeltaTable table, long rows, String relation) {
    this.duck = duck;
    this.table = table;
    this.mirror = Mirror.load(duck, table, relation);
    this.inserted = rows;
  }

  static Orders create(Lake lake, Connection duck, long rows) {
    return create(lake, duck, rows, NAME);
  }

  /** As {@link #create(Lake, Connection, long)}, one of several; its mirror has its name. */
  static Orders create(Lake lake, Connection duck, long rows, TableName name) {
    return new Orders(
        duck,
        lake.create(
            name,
            TableSpec.of(SCHEMA),
            Watermark.at(0, "benchmark"),
            duck,
            "SELECT i AS id, i % 99991 AS customer, 's' || i % 5 AS status, 'comment ' || i * 7919"
                + " % 100003 AS comment, i % 10000 / 3 AS amount, i % 77 AS discount, TIMESTAMP"
                + " '2026-01-01' + INTERVAL 1 SECOND * i AS ordered_at, i % 7 AS lines FROM range("
                + rows
                + ") t(i)"),
        rows,
        name.equals(NAME) ? "mirror" : Sql.name("mirror of " + name));
  }

  DeltaTable table() {
    return table;
  }

  Mirror mirror() {
    return mirror;
  }

  /** Prepares a step: 7 updates, 2 inserts and 1 delete of each ten changes, of random keys. */
  void prepare(int changes, long seed) {
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE picked AS
        SELECT DISTINCT (hash(i, %d) %% %d)::BIGINT AS id, i %% 10 AS kind FROM range(%d) t(i)
        WHERE i %% 10 < 8
        """
            .formatted(seed, inserted, changes));
    int fresh = changes / 5;
    Sql.run(
        duck,
        """
        CREATE OR REPLACE TEMP TABLE wanted AS
        SELECT id, customer, 'changed' AS status, comment, amount + 1 AS amount, discount,
               ordered_at, lines
        FROM %s SEMI JOIN (FROM picked WHERE kind > 0) USING (id)
        WHERE id NOT IN (SELECT id FROM picked WHERE kind = 0)
        UNION ALL
        SELECT i, i, 'new', 'new', 1, 0, TIMESTAMP '2026-06-01', 1 FROM range(%d, %d) t(i)
        """
            .formatted(mirror.relation(), inserted, inserted + fresh));
    inserted += fresh;
    Sql.run(
        duck,
        "CREATE OR REPLACE TEMP TABLE keys AS SELECT id FROM picked UNION SELECT id FROM wanted");
  }

  /** Takes the step. */
  CommitResult.Committed step(long cut) {
    RowDiff.Changes changes =
        RowDiff.of(table)
            .into(
                duck,
                "changes",
                mirror.relation(),
                "wanted",
                new RowDiff.Scope("keys", List.of("id")));
    CommitResult result =
        table.commit(
            duck, mirror, changes, Watermark.at(cut, "benchmark"), Evolution.to(table.schema()));
    mirror.refresh(duck);
    if (result instanceof CommitResult.Committed committed) {
      return committed;
    }
    throw new IllegalStateException("nobody else commits here");
  }

  /** Median milliseconds of reading one column of the table, and all of them. */
  double[] read() {
    return new double[] {
      timed("SELECT sum(amount) FROM read_back"),
      timed(
          "SELECT sum(id), sum(customer), max(status), max(comment), sum(amount), sum(discount),"
              + " max(ordered_at), sum(lines) FROM read_back")
    };
  }

  private double timed(String query) {
    var _ = table.history().createView(duck, table.version(), "read_back");
    List<Double> millis = new java.util.ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Meter meter = new Meter();
      Sql.run(duck, query);
      if (i > 0) {
        millis.add(meter.wallMillis());
      }
    }
    return Meter.median(millis);
  }

  static String millis(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
