package io.millrace.lake;

import io.delta.kernel.Snapshot;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
  private static final String NOTE = "_millrace/vacuumed";

  /** As {@link LocalFiles#temporary} names them. */
  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.[0-9a-f-]{36}\\.tmp");

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
    table.requireWritable(); // it deletes what only a writer's features tell to be needed
    Instant now = lake.clock().instant();
    long earliest = log.earliest().orElse(0);
    TableHistory history = table.history();
    long from =
        Math.min(
            history.versionAt(now.minus(bounds.retention())).orElse(earliest),
            unannounced(history, bounds.announcedCut(), earliest));
    Duration least = bounds.retention().compareTo(ON_ITS_WAY) < 0 ? ON_ITS_WAY : bounds.retention();
    SequencedMap<Path, Long> found = filesBefore(now.minus(least), liveIn(from));
    keepNamedSince(from, found);
    if (bounds.mode() != VacuumBounds.Mode.DRY_RUN) {
      // A restore may have taken old files back since.
      keepNamedSince(table.version() + 1, found);
      found.keySet().forEach(this::delete);
      removeChecksumsWithoutCommit();
      requireNoneTakenBack(found.keySet());
      note(now);
    }
    return new Vacuumed(
        List.copyOf(found.keySet()),
        found.values().stream().mapToLong(Long::longValue).sum(),
        from);
  }

  /** When the table was vacuumed last; empty when it never was. */
  static Optional<Instant> last(TableFolder folder) {
    Path note = folder.path().resolve(NOTE);
    try {
      return folder
          .storage()
          .read(note)
          .map(c -> Instant.parse(new String(c.bytes(), StandardCharsets.US_ASCII)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "file " + note + " cannot be read.", e);
    }
  }

  private void note(Instant at) {
    Path note = folder.path().resolve(NOTE);
    try {
      folder.storage().replace(note, at.toString().getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "file " + note + " cannot be written.", e);
    }
  }

  /**
   * The version that was announced last; the log's earliest when that is later or there is none.
   */
  private static long unannounced(TableHistory history, long announcedCut, long earliest) {
    return history.watermarkAt(earliest).cut() > announcedCut
        ? earliest
        : history.versionAt(announcedCut).orElse(earliest);
  }

  private Set<Path> liveIn(long version) {
    Snapshot snapshot = TableHistory.snapshot(lake, table.name(), version);
    return LogActions.filesAsLogged(snapshot, folder).stream()
        .flatMap(f -> folder.filesOf(f.path(), f.vector()).stream())
        .collect(Collectors.toSet());
  }

  /** Takes out the files that commits name from a version up to the newest of now. */
  private void keepNamedSince(long from, SequencedMap<Path, Long> files) {
    Optional<CommitLog.Commit> commit = files.isEmpty() ? Optional.empty() : commit(from);
    for (long version = from; commit.isPresent(); commit = commit(++version)) {
      files.keySet().removeAll(namedBy(commit.get()));
    }
  }

  private List<Path> namedBy(CommitLog.Commit commit) {
    return Stream.of(commit.added(), commit.removed(), commit.changeFiles())
        .flatMap(List::stream)
        .flatMap(f -> folder.filesOf(f.path(), f.vector()).stream())
        .toList();
  }

  /** Empty when there is no such version yet. */
  private Optional<CommitLog.Commit> commit(long version) {
    return version <= table.version() ? Optional.of(log.require(version)) : log.read(version);
  }

  /** Finds the restore that came while files were deleted; an earlier one spared them. */
  private void requireNoneTakenBack(Set<Path> deleted) {
    Optional<CommitLog.Commit> commit = log.read(table.version() + 1);
    for (long version = table.version() + 1; commit.isPresent(); commit = log.read(++version)) {
      if (namedBy(commit.get()).stream().anyMatch(deleted::contains)) {
        throw Restoration.tornByVacuum(table.name(), table.version());
      }
    }
  }

  /** Files written before a time, with their sizes, but those that are needed in any case. */
  private SequencedMap<Path, Long> filesBefore(Instant time, Set<Path> needed) {
    SequencedMap<Path, Long> found = new LinkedHashMap<>();
    try {
      folder
          .storage()
          .tree(
              folder.path(),
              f -> {
                Path file = Path.of(f.getPath());
                return f.getModificationTime() < time.toEpochMilli()
                    && !needed.contains(file)
                    && mayGo(folder.path().relativize(file));
              })
          .forEach(f -> found.put(Path.of(f.getPath()), f.getSize()));
      return found;
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "directory " + folder.path() + " cannot be listed.", e);
    }
  }

  /**
   * Not the log, nor what others keep in hidden folders; but what a killed writer leaves in them.
   */
  private static boolean mayGo(Path file) {
    return TEMPORARY.matcher(file.getFileName().toString()).matches() || isOurs(file.getParent());
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
    } catch (IOException | UncheckedIOException e) {
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
