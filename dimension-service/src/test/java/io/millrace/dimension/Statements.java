package io.millrace.dimension;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.Calendar;
import io.millrace.warehouse.Dimension;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Dimensions over {@code staging.c (id, segment, phone, tie, updated_at)}, read from a folder. */
final class Statements {
  private static final RowSchema RAW =
      new RowSchema(
          List.of(
              new Column("id", Simple.BIGINT, false),
              new Column("segment", Simple.VARCHAR, true),
              new Column("phone", Simple.VARCHAR, true),
              new Column("tie", Simple.BIGINT, true),
              new Column("op", Simple.VARCHAR, true),
              new Column("updated_at", Simple.TIMESTAMPTZ, true)),
          List.of("id"));

  private Statements() {}

  /** The columns of a Z-set of the input, as a table's definition. */
  static final String INPUT =
      "(id BIGINT, segment VARCHAR, phone VARCHAR, tie BIGINT, op VARCHAR, updated_at TIMESTAMPTZ,"
          + " _weight INTEGER)";

  /** The dimension dim.c, keyed by id, with further clauses. */
  static Dimension dimension(Path folder, String clauses) {
    return dimensions(folder, clauses, "id, segment, phone, tie, updated_at").getFirst();
  }

  /** The calendar dim.date. */
  static Calendar calendar(Path folder, String clauses) {
    write(folder, "dimensions/date.sql", "CREATE DIMENSION dim.date FROM CALENDAR " + clauses);
    var _ = dimension(folder, "STORED AS SCD TYPE 1");
    return (Calendar) read(folder).table(new TableName("dim", "date")).orElseThrow();
  }

  /** The dimensions that one statement makes. */
  static List<Dimension> dimensions(Path folder, String clauses, String columns) {
    write(folder, "warehouse.yml", "name: t\nlake: lake\n");
    write(
        folder,
        "sources/s.yml",
        """
        kind: cdc
        engine: postgres
        host: h
        port: 1
        database: d
        user: u
        password: ${env:P}
        tables: [public.c]
        """);
    write(
        folder,
        "staging/c.sql",
        "CREATE STAGING TABLE staging.c KEYS (id) AS SELECT id, segment, phone, tie, op, updated_at"
            + " FROM raw.s.c");
    write(
        folder,
        "dimensions/c.sql",
        "CREATE DIMENSION dim.c KEYS (id) SURROGATE KEY sk %s AS SELECT %s FROM staging.c"
            .formatted(clauses, columns));
    return read(folder).dimensions();
  }

  /** The dimension dim.c, of which a fact asks that it infers members of staging.f (id, c). */
  static Dimension inferring(Path folder, String clauses, String columns) {
    write(
        folder,
        "staging/f.sql",
        "CREATE STAGING TABLE staging.f KEYS (id) AS SELECT id, tie AS c FROM raw.s.c");
    write(
        folder,
        "marts/f.sql",
        "CREATE DYNAMIC TABLE marts.f AS SELECT id, lookup(dim.c, c, on_no_match => 'INFER') AS sk"
            + " FROM staging.f");
    return dimensions(folder, clauses, columns).getFirst();
  }

  /**
   * The dimension dim.c over every change of its source: (position, op, changed_at, id, segment).
   */
  static Dimension ofChanges(Path folder) {
    var _ = dimension(folder, "STORED AS SCD TYPE 1");
    write(
        folder,
        "staging/c.sql",
        "CREATE STAGING TABLE staging.c HISTORY AS SELECT _position AS position, _op AS op,"
            + " _committed_at AS changed_at, id, segment FROM raw.s.c");
    write(
        folder,
        "dimensions/c.sql",
        "CREATE DIMENSION dim.c FROM HISTORY KEYS (id) SEQUENCE BY (changed_at, position)"
            + " SURROGATE KEY sk STORED AS SCD TYPE 2 TRACK HISTORY ON (segment)"
            + " APPLY AS DELETE WHEN (op = 'd') APPLY AS TRUNCATE WHEN (op = 't')"
            + " AS SELECT id, segment, changed_at, position FROM staging.c");
    return read(folder).dimensions().getFirst();
  }

  /** The dimension dim.c, whose columns are called and made otherwise than those of staging.c. */
  static Dimension renamed(Path folder) {
    var _ = dimension(folder, "STORED AS SCD TYPE 1");
    write(
        folder,
        "dimensions/c.sql",
        "CREATE DIMENSION dim.c KEYS (member) SEQUENCE BY updated_at SURROGATE KEY sk"
            + " STORED AS SCD TYPE 2 AS SELECT id AS member, segment || '!' AS segment, updated_at"
            + " FROM staging.c WHERE phone IS NOT NULL");
    return read(folder).dimensions().getFirst();
  }

  /** The whole folder. */
  static Warehouse read(Path folder) {
    return WarehouseFolder.read(
            folder,
            (source, resource) -> Optional.of(RAW),
            new WarehouseFolder.Reading(Map.of("P", "p"), false))
        .orThrow();
  }

  static void write(Path folder, String file, String text) {
    try {
      Path path = folder.resolve(file);
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
