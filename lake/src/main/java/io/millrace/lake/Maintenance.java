package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.MillraceException;
import java.sql.Connection;

/**
 * What is done to a table's files beside its writer and its readers, in this process or another. A
 * table object that is open learns of it at its next refresh or commit. Safe to share between
 * threads as far as each has its own connection.
 */
public final class Maintenance {
  private final Lake lake;
  private final TableName name;

  Maintenance(Lake lake, TableName name) {
    this.lake = lake;
    this.name = name;
  }

  /**
   * Packs small files and drops dead rows, as one version that changes no row; no version when
   * there is nothing to do.
   *
   * @throws MillraceException LK-007 when other commits kept overtaking it
   */
  public Compacted compact(Connection duck, CompactionGoal goal) {
    return new Compaction(lake, name, goal).run(duck);
  }

  /**
   * Deletes files that no version within bounds needs.
   *
   * @throws MillraceException LK-016 for a retention that is refused, LK-011 when the log does not
   *     reach back to the bounds
   */
  public Vacuumed vacuum(VacuumBounds bounds) {
    return new Vacuum(lake, name).run(bounds);
  }

  /**
   * Makes the rows those of an older version again, as a new version. Columns stay those of now; a
   * running writer of the table is fenced.
   *
   * @return the new version
   * @throws MillraceException LK-017 for a version that is not there or shows another cut, LK-011
   *     when its files are gone, LK-007 when another commit came first
   */
  public long restore(long version, RestoreMode mode) {
    return new Restoration(lake, name).to(version, mode);
  }
}
