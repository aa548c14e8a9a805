package io.millrace.lake;

import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a table's rows those of an older version, as a new version. Its files come back as they
 * were; columns stay those of now. The watermark becomes the old one, because the rows are those of
 * its cut, so a running writer is fenced.
 */
final class Restoration {
  static final String OPERATION = "RESTORE";

  private final Lake lake;
  private final TableName name;

  Restoration(Lake lake, TableName name) {
    this.lake = lake;
    this.name = name;
  }

  long to(long version, RestoreMode mode) {
    TableVersion now = TableVersion.newestAsLogged(lake, name);
    if (version < 0 || version > now.version()) {
      throw new MillraceException(
          LakeError.LK_017_RESTORE_REFUSED,
          Text.of("table %s has no version %d; its newest is %d.", name, version, now.version()));
    }
    Watermark present = DeltaTable.stored(name, now.snapshot()).watermark();
    Watermark then = TableHistory.watermarkAt(lake, name, version);
    if (mode == RestoreMode.SAME_CUT && then.cut() != present.cut()) {
      throw new MillraceException(
          LakeError.LK_017_RESTORE_REFUSED,
          Text.of(
              "version %d of table %s shows cut %d, the table shows cut %d. Its service would not"
                  + " apply the cuts between again: use rebuild, or force it.",
              version, name, then.cut(), present.cut()));
    }
    TableFolder folder = lake.folder(name);
    FileChanges changes =
        changes(now, LogActions.filesAsLogged(TableHistory.snapshot(lake, name, version), folder));
    if (!changes.removed().isEmpty()) {
      Features.requireRemovable(name, now.snapshot());
    }
    requireFiles(folder, changes.added());
    Watermark stamped =
        new Watermark(
                then.cut(),
                then.inputs(),
                then.topicIds(),
                then.tableIds(),
                present.schemaId(),
                then.withheld(),
                present.definition(),
                "")
            .stamped();
    try {
      now.commit(changes, OPERATION, Optional.of(stamped));
    } catch (RuntimeException e) {
      if (!folder
          .log()
          .read(now.version() + 1)
          .flatMap(CommitLog.Commit::watermark)
          .equals(Optional.of(stamped))) {
        throw new MillraceException(
            LakeError.LK_007_COMMIT_FAILED,
            "table " + name + " was changed while it was restored. Nothing was done; try again.",
            e);
      }
    }
    requireThere(folder, changes.added(), now.version());
    return now.version() + 1;
  }

  /** Refuses a version whose files are gone from the storage, whatever copies of them are here. */
  private void requireFiles(TableFolder folder, List<LiveFile> files) {
    missing(folder, files)
        .ifPresent(file -> {
          throw new MillraceException(
              LakeError.LK_011_HISTORY_GONE,
              "file " + file + " of table " + name + " is gone: take a newer version.");
        });
  }

  /** Vacuum may have deleted the files as they came back. */
  private void requireThere(TableFolder folder, List<LiveFile> files, long before) {
    missing(folder, files)
        .ifPresent(_ -> {
          throw tornByVacuum(name, before);
        });
  }

  /** The error of files that were taken back and deleted at once. */
  static MillraceException tornByVacuum(TableName name, long before) {
    return new MillraceException(
        LakeError.LK_021_RESTORED_FILES_GONE,
        Text.of(
            "vacuum deleted files of table %s while a restore took them back, so its newest version"
                + " cannot be read. Restore version %d, which was the newest before.",
            name, before));
  }

  private static Optional<Path> missing(TableFolder folder, List<LiveFile> files) {
    for (LiveFile file : files) {
      for (Path path : folder.filesOf(file.path(), file.vector())) {
        try {
          long found = folder.storage().getFileStatus(path.toString()).getSize();
          if (path.equals(folder.locate(file.path()).normalize()) && found != file.sizeBytes()) {
            throw folder.damaged(path, Text.of("it has %d bytes", found), null);
          }
        } catch (FileNotFoundException e) {
          return Optional.of(path);
        } catch (IOException e) {
          throw new MillraceException(
              LakeError.LK_003_STORAGE_FAILED, "file " + path + " cannot be looked at.", e);
        }
      }
    }
    return Optional.empty();
  }

  private FileChanges changes(TableVersion now, List<LiveFile> then) {
    List<LiveFile> added = new ArrayList<>();
    List<LiveFile> kept = new ArrayList<>();
    for (LiveFile file : then) {
      LiveFile present = now.live().get(file.ordinal());
      if (file.sameAs(present)) {
        kept.add(file);
      } else {
        added.add(file);
      }
    }
    List<String> keptPaths = kept.stream().map(LiveFile::path).toList();
    List<LiveFile> removed =
        now.live().all().stream().filter(f -> !keptPaths.contains(f.path())).toList();
    return new FileChanges(removed, List.of(), added, List.of());
  }
}
