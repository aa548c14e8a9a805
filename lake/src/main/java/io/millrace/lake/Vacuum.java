package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Deletes files that no version within bounds needs. The versions to stay readable begin at one,
 * the newest when the retention began (or the newest announced, if that is older); needed is what
 * is live in that version and what any later commit names. A file younger than an hour is left in
 * any case: its commit may be on its way.
 */
final class Vacuum {
  private static final Duration ON_ITS_WAY = Duration.ofHours(1);
  private static final String LOG = "_delta_log";
  private static final String CHANGES = "_change_data";
  private static final String SCRATCH = "_new-";

  private final Lake lake;
  private final DeltaTable table;
  private final CommitLog log;
  private final Path root;

  Vacuum(Lake lake, TableName name) {
    this.lake = lake;
    this.table = lake.open(name);
    this.root = table.path();
    this.log = CommitLog.of(root);
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
      files.forEach(Vacuum::delete);
      removeChecksumsWithoutCommit();
    }
    return new Vacuumed(files, bytes, from);
  }

  private record Found(Path path, long bytes, Instant modified) {}

  private Set<Path> needed(long from) {
    Set<Path> needed = new HashSet<>();
    for (LiveFile file : table.history().files(from)) {
      needed.add(file.under(root).normalize());
      file.vector().flatMap(v -> v.file(root)).ifPresent(p -> needed.add(p.normalize()));
    }
    for (long version = from; version <= table.version(); version++) {
      CommitLog.Commit commit = log.require(version, table.name());
      commit.added().forEach(f -> need(needed, f));
      commit.removed().forEach(f -> need(needed, f));
      commit.changeFiles().forEach(p -> needed.add(LiveFile.locate(root, p).normalize()));
    }
    return needed;
  }

  private void need(Set<Path> needed, CommitLog.FileAction file) {
    needed.add(LiveFile.locate(root, file.path()).normalize());
    file.vector().flatMap(v -> v.file(root)).ifPresent(p -> needed.add(p.normalize()));
  }

  /** All files of the table but its log; what others keep in hidden folders is not looked at. */
  private List<Found> dataFiles() {
    List<Found> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
              String name = dir.getFileName().toString();
              boolean ours =
                  dir.equals(root)
                      || name.equals(CHANGES)
                      || name.startsWith(SCRATCH)
                      || !(name.startsWith("_") || name.startsWith("."));
              return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              found.add(
                  new Found(
                      file.normalize(),
                      attributes.size(),
                      attributes.lastModifiedTime().toInstant()));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "directory " + root + " cannot be listed.", e);
    }
    found.sort((a, b) -> a.path().compareTo(b.path()));
    return found;
  }

  /** Kernel cleans expired commits and checkpoints away, and leaves their checksums. */
  private void removeChecksumsWithoutCommit() {
    long earliest = log.earliest().orElse(0);
    try (var files = Files.list(root.resolve(LOG))) {
      files
          .filter(f -> f.getFileName().toString().matches("\\d{20}\\.crc"))
          .filter(f -> Long.parseLong(f.getFileName().toString().substring(0, 20)) < earliest)
          .forEach(Vacuum::delete);
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "log of " + root + " cannot be listed.", e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "file " + file + " cannot be deleted. Has this user the right to?",
          e);
    }
  }
}
