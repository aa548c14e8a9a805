package io.millrace.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** A table's commits one by one, as their JSON files tell them. */
final class CommitLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern COMMIT = Pattern.compile("\\d{20}\\.json");

  private final TableFolder folder;
  private final Path directory;

  CommitLog(TableFolder folder) {
    this.folder = folder;
    this.directory = folder.path().resolve("_delta_log");
  }

  /**
   * One commit.
   *
   * @param at when it was made, never before an earlier version
   * @param operation what it says it did, "" if it does not
   * @param watermark the one it stored, if it is one of ours
   * @param changeFiles the change feed's files
   * @param changesSchema whether it set the table's columns or properties
   */
  record Commit(
      long version,
      Instant at,
      String operation,
      Optional<Watermark> watermark,
      List<FileAction> added,
      List<FileAction> removed,
      List<FileAction> changeFiles,
      boolean changesSchema) {

    /** Whether rows changed: a rearrangement of files changes none. */
    boolean changesData() {
      return !changeFiles.isEmpty()
          || added.stream().anyMatch(FileAction::dataChange)
          || removed.stream().anyMatch(FileAction::dataChange);
    }
  }

  /** An add or a remove. */
  record FileAction(
      String path,
      PartitionValues partition,
      long sizeBytes,
      boolean dataChange,
      Optional<DeletionVector> vector) {}

  /** The commit of a version, or empty when the log does not hold it (not yet, or no longer). */
  Optional<Commit> read(long version) {
    Path file = directory.resolve(Text.of("%020d.json", version));
    try {
      Optional<Storage.Content> content = folder.storage().read(file);
      return content.isPresent() ? Optional.of(parse(version, content.get())) : Optional.empty();
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "log file " + file + " cannot be read.", e);
    }
  }

  /**
   * The commit of a version that the log must hold.
   *
   * @throws MillraceException LK-011 when it does not
   */
  Commit require(long version) {
    return read(version)
        .orElseThrow(() ->
            new MillraceException(
                LakeError.LK_011_HISTORY_GONE,
                Text.of(
                    "the log of table %s no longer holds version %d. Its follower has to start from"
                        + " the table's rows.",
                    folder.name(), version)));
  }

  /** The least version whose commit is held; empty when there is no log. */
  OptionalLong earliest() {
    try (CloseableIterator<FileStatus> files = from("0")) {
      while (files.hasNext()) {
        OptionalLong version = version(files.next());
        if (version.isPresent()) {
          return version;
        }
      }
      return OptionalLong.empty();
    } catch (FileNotFoundException e) {
      return OptionalLong.empty();
    } catch (IOException | UncheckedIOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "log " + directory + " cannot be listed.", e);
    }
  }

  /** Its files in the order of their names. */
  CloseableIterator<FileStatus> from(String name) throws IOException {
    return folder.storage().listFrom(directory.resolve(name).toString());
  }

  private static OptionalLong version(FileStatus file) {
    String name = Path.of(file.getPath()).getFileName().toString();
    return COMMIT.matcher(name).matches()
        ? OptionalLong.of(Long.parseLong(name.substring(0, 20)))
        : OptionalLong.empty();
  }

  /** The error of a log that Kernel could not read, with the file to blame if one is found. */
  MillraceException unreadable(Exception cause) {
    return new MillraceException(
        LakeError.LK_003_STORAGE_FAILED,
        "the log of the table at "
            + folder.path()
            + " cannot be read: "
            + blamed()
                .map(f -> "its file " + f + " is missing or damaged. Bring it back from a copy.")
                .orElse("is its storage there? It is tried again."),
        cause);
  }

  /**
   * The newest commit that is torn, or that is missing below one that is there; else the checkpoint
   * that stands for the missing beginning.
   */
  private Optional<String> blamed() {
    List<Long> versions = new ArrayList<>();
    try (CloseableIterator<FileStatus> files = from("0")) {
      files.forEachRemaining(f -> version(f).ifPresent(versions::addFirst));
      long expected = -1;
      for (long version : versions) {
        if (expected >= 0 && version != expected) {
          return Optional.of(Text.of("%020d.json", expected));
        }
        if (isTorn(version)) {
          return Optional.of(Text.of("%020d.json", version));
        }
        expected = version - 1;
      }
      return expected < 0 ? Optional.empty() : Optional.of(damagedCheckpoint(expected + 1));
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  /** The checkpoint that a log without its beginning needs. */
  private String damagedCheckpoint(long earliest) throws IOException {
    List<String> whole = new ArrayList<>();
    try (CloseableIterator<FileStatus> files = from("0")) {
      files.forEachRemaining(f -> whole.add(f.getPath()));
    }
    return folder.storage().tree(directory).stream()
        .map(FileStatus::getPath)
        .filter(f -> f.endsWith(".parquet") && !whole.contains(f))
        .map(f -> Path.of(f).getFileName().toString())
        .findFirst()
        .orElse(Text.of("%020d.checkpoint.parquet", earliest));
  }

  private boolean isTorn(long version) {
    try {
      var _ = read(version);
      return false;
    } catch (RuntimeException e) {
      return true;
    }
  }

  private static Commit parse(long version, Storage.Content content)
      throws JsonProcessingException {
    Instant at = content.modified();
    String operation = "";
    Optional<Watermark> watermark = Optional.empty();
    List<FileAction> added = new ArrayList<>();
    List<FileAction> removed = new ArrayList<>();
    List<FileAction> changeFiles = new ArrayList<>();
    boolean changesSchema = false;
    for (String line : new String(content.bytes(), StandardCharsets.UTF_8).lines().toList()) {
      JsonNode action = JSON.readTree(line);
      if (action.has("add")) {
        added.add(file(action.get("add")));
      } else if (action.has("remove")) {
        removed.add(file(action.get("remove")));
      } else if (action.has("cdc")) {
        changeFiles.add(file(action.get("cdc")));
      } else if (action.has("commitInfo")) {
        JsonNode info = action.get("commitInfo");
        operation = info.path("operation").asText("");
        at =
            info.has("inCommitTimestamp")
                ? Instant.ofEpochMilli(info.get("inCommitTimestamp").asLong())
                : at;
      } else if (action.has("metaData")) {
        changesSchema = true;
      } else if (Watermark.DOMAIN.equals(action.path("domainMetadata").path("domain").asText())) {
        String json = action.get("domainMetadata").get("configuration").asText();
        watermark = Optional.of(Watermark.parse(json).watermark());
      }
    }
    return new Commit(
        version, at, operation, watermark, added, removed, changeFiles, changesSchema);
  }

  private static FileAction file(JsonNode action) {
    JsonNode vector = action.path("deletionVector");
    return new FileAction(
        action.get("path").asText(),
        PartitionValues.of(action.path("partitionValues")),
        action.path("size").asLong(TableFolder.SIZE_UNKNOWN),
        action.path("dataChange").asBoolean(true),
        vector.isObject() ? Optional.of(vector(vector)) : Optional.empty());
  }

  private static DeletionVector vector(JsonNode vector) {
    Optional<Integer> offset =
        vector.hasNonNull("offset") ? Optional.of(vector.get("offset").asInt()) : Optional.empty();
    return new DeletionVector(
        vector.get("storageType").asText(),
        vector.get("pathOrInlineDv").asText(),
        offset,
        vector.get("sizeInBytes").asInt(),
        vector.get("cardinality").asLong());
  }
}
