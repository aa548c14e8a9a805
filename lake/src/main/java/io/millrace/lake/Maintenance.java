package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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
   * @throws MillraceException LK-016 for a retention that is refused, LK-021 when a restore took
   *     files back as they were deleted
   */
  public Vacuumed vacuum(VacuumBounds bounds) {
    return new Vacuum(lake, name).run(bounds);
  }

  /**
   * When the table was vacuumed last, by whomever of Millrace; empty when it never was. A note in
   * its folder tells.
   */
  public Optional<Instant> vacuumedAt() {
    return Vacuum.last(lake.folder(name));
  }

  /**
   * Deletes the table with all its files. Nobody may write it meanwhile; who reads it fails. What
   * an interruption leaves is deleted by another call.
   *
   * @return how many files there were
   * @throws MillraceException LK-003 when one cannot be deleted
   */
  public long drop() {
    TableFolder folder = lake.folder(name);
    Path log = folder.path().resolve("_delta_log");
    try {
      // The log first, the newest of it first: what is left is the table as it was, or none.
      List<Path> files =
          folder.storage().tree(folder.path()).stream()
              .map(file -> Path.of(file.getPath()))
              .sorted(
                  Comparator.comparing((Path file) -> !file.startsWith(log))
                      .thenComparing(Comparator.reverseOrder()))
              .toList();
      for (Path file : files) {
        var _ = folder.storage().delete(file.toString());
      }
      return files.size();
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "files of table " + name + " cannot be deleted. Has this user the right to?",
          e);
    }
  }

  /**
   * Makes the rows those of an older version again, as a new version. Columns stay those of now; a
   * running writer of the table is fenced.
   *
   * @return the new version
   * @throws MillraceException LK-017 for a version that is not there or shows another cut, LK-011
   *     when its files are gone, LK-007 when another commit came first, LK-021 when vacuum deleted
   *     files as they came back
   */
  public long restore(long version, RestoreMode mode) {
    return new Restoration(lake, name).to(version, mode);
  }
}
