package io.millrace.lake;

import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Deletes files that no version within bounds needs. The versions to stay readable begin at one,
 * the newest when the retention began (or the newest announced, if that is older); needed is what
 * is live in that version and what any later commit names. A file younger than an hour is left in
 * any case: its commit may be on its way.
 */
final class Vacuum {
  private static final Duration ON_ITS_WAY = Duration.ofHours(1);
  private static final Pattern CHECKSUM = Pattern.compile("\\d{20}\\.crc");
  private static final String CHANGES = "_change_data";
  private static final String SCRATCH = "_new-";

  private final Lake lake;
  private final DeltaTable table;
  private final CommitLog log;
  private final TableFolder folder;

  Vacuum(Lake lake, TableName name) {
    this.lake = lake;
    this.table = lake.open(name);
    this.folder = table.folder();
    this.log = folder.log();
  }

  Vacuumed run(VacuumBounds bounds) {
    boolean tooShort = bounds.retention().compareTo(VacuumBounds.USUAL_RETENTION) < 0;
    if (bounds.mode() == VacuumBounds.Mode.SAFE && tooShort) {
      throw new MillraceException(
          LakeError.LK_016_RETENTION_TOO_SHORT,
          Text.of(
              "vacuum of table %s with a retention of %d hours may take files from under readers"
                  + " and followers; %d hours is the least. Take more, or force it when nobody"
                  + " reads.",
              table.name(), bounds.retention().toHours(), VacuumBounds.USUAL_RETENTION.toHours()));
    }
    Instant now = lake.clock().instant();
    long earliest = log.earliest().orElse(0);
    TableHistory history = table.history();
    long from =
        Math.min(
            history.versionAt(now.minus(bounds.retention())).orElse(earliest),
            unannounced(history, bounds.announcedCut(), earliest));
    Set<Path> needed = needed(from);
    Duration least = bounds.retention().compareTo(ON_ITS_WAY) < 0 ? ON_ITS_WAY : bounds.retention();
    List<Found> all =
        dataFiles().stream()
            .filter(f -> !needed.contains(f.path()) && f.modified().isBefore(now.minus(least)))
            .toList();
    if (bounds.mode() == VacuumBounds.Mode.DRY_RUN) {
      return new Vacuumed(all.stream().map(Found::path).toList(), bytes(all), from);
    }
    // A restore may have taken old files back since.
    Set<Path> takenBack = neededSince(table.version() + 1);
    List<Found> files = all.stream().filter(f -> !takenBack.contains(f.path())).toList();
    files.forEach(f -> delete(f.path()));
    removeChecksumsWithoutCommit();
    requireNoneTakenBack(files);
    return new Vacuumed(files.stream().map(Found::path).toList(), bytes(files), from);
  }

  private record Found(Path path, long bytes, Instant modified) {}

  private static long bytes(List<Found> files) {
    return files.stream().mapToLong(Found::bytes).sum();
  }

  /**
   * The version that was announced last; the log's earliest when that is later or there is none.
   */
  private static long unannounced(TableHistory history, long announcedCut, long earliest) {
    return history.watermarkAt(earliest).cut() > announcedCut
        ? earliest
        : history.versionAt(announcedCut).orElse(earliest);
  }

  private Set<Path> needed(long from) {
    Set<Path> needed = neededSince(from);
    for (LiveFile file : table.history().files(from)) {
      needed.addAll(folder.filesOf(file.path(), file.vector()));
    }
    return needed;
  }

  /** The files that commits name from a version up to the newest of now. */
  private Set<Path> neededSince(long from) {
    Set<Path> needed = new HashSet<>();
    Optional<CommitLog.Commit> commit = commit(from);
    for (long version = from; commit.isPresent(); commit = commit(++version)) {
      CommitLog.Commit made = commit.get();
      Stream.of(made.added(), made.removed(), made.changeFiles())
          .flatMap(List::stream)
          .forEach(f -> needed.addAll(folder.filesOf(f.path(), f.vector())));
    }
    return needed;
  }

  /** Empty when there is no such version yet. */
  private Optional<CommitLog.Commit> commit(long version) {
    return version <= table.version() ? Optional.of(log.require(version)) : log.read(version);
  }

  /** Finds the restore that came while files were deleted; an earlier one spared them. */
  private void requireNoneTakenBack(List<Found> deleted) {
    Set<Path> takenBack = neededSince(table.version() + 1);
    if (deleted.stream().anyMatch(f -> takenBack.contains(f.path()))) {
      throw Restoration.tornByVacuum(table.name(), table.version());
    }
  }

  /** All files of the table but its log; what others keep in hidden folders is not looked at. */
  private List<Found> dataFiles() {
    try {
      return folder.storage().tree(folder.path()).stream()
          .map(f ->
              new Found(
                  Path.of(f.getPath()), f.getSize(), Instant.ofEpochMilli(f.getModificationTime())))
          .filter(f -> isOurs(folder.path().relativize(f.path()).getParent()))
          .toList();
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "directory " + folder.path() + " cannot be listed.", e);
    }
  }

  private static boolean isOurs(@Nullable Path directory) {
    if (directory == null) {
      return true;
    }
    for (Path part : directory) {
      String name = part.toString();
      boolean hidden = name.startsWith("_") || name.startsWith(".");
      if (hidden && !name.equals(CHANGES) && !name.startsWith(SCRATCH)) {
        return false;
      }
    }
    return true;
  }

  /** Kernel cleans expired commits and checkpoints away, and leaves their checksums. */
  private void removeChecksumsWithoutCommit() {
    long earliest = log.earliest().orElse(0);
    List<Path> orphans = new ArrayList<>();
    try (CloseableIterator<FileStatus> files = log.from("0")) {
      while (files.hasNext()) {
        Path file = Path.of(files.next().getPath());
        String name = file.getFileName().toString();
        if (CHECKSUM.matcher(name).matches() && Long.parseLong(name.substring(0, 20)) < earliest) {
          orphans.add(file);
        }
      }
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "log of " + folder.path() + " cannot be listed.", e);
    }
    orphans.forEach(this::delete);
  }

  private void delete(Path file) {
    try {
      var _ = folder.storage().delete(file.toString());
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "file " + file + " cannot be deleted. Has this user the right to?",
          e);
    }
  }
}
