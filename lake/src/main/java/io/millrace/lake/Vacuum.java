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
import java.util.Set;
import java.util.regex.Pattern;
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
            history.versionAt(bounds.announcedCut()).orElse(earliest));
    Set<Path> needed = needed(from);
    Duration least = bounds.retention().compareTo(ON_ITS_WAY) < 0 ? ON_ITS_WAY : bounds.retention();
    List<Path> files = new ArrayList<>();
    long bytes = 0;
    for (Found found : dataFiles()) {
      if (!needed.contains(found.path()) && found.modified().isBefore(now.minus(least))) {
        files.add(found.path());
        bytes += found.bytes();
      }
    }
    if (bounds.mode() != VacuumBounds.Mode.DRY_RUN) {
      files.forEach(this::delete);
      removeChecksumsWithoutCommit();
    }
    return new Vacuumed(files, bytes, from);
  }

  private record Found(Path path, long bytes, Instant modified) {}

  private Set<Path> needed(long from) {
    Set<Path> needed = new HashSet<>();
    for (LiveFile file : table.history().files(from)) {
      needed.add(folder.locate(file.path()).normalize());
      file.vector().flatMap(v -> v.file(folder.path())).ifPresent(p -> needed.add(p.normalize()));
    }
    for (long version = from; version <= table.version(); version++) {
      CommitLog.Commit commit = log.require(version);
      commit.added().forEach(f -> need(needed, f));
      commit.removed().forEach(f -> need(needed, f));
      commit.changeFiles().forEach(f -> need(needed, f));
    }
    return needed;
  }

  private void need(Set<Path> needed, CommitLog.FileAction file) {
    needed.add(folder.locate(file.path()).normalize());
    file.vector().flatMap(v -> v.file(folder.path())).ifPresent(p -> needed.add(p.normalize()));
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
