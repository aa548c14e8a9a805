package io.millrace.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A table's commits one by one, as their JSON files tell them. */
final class CommitLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;

  private CommitLog(Path directory) {
    this.directory = directory;
  }

  /** The log of the table at a path. */
  static CommitLog of(Path table) {
    return new CommitLog(table.resolve("_delta_log"));
  }

  /** Whether there is a table at a path. */
  static boolean isAt(Path table) {
    CommitLog log = of(table);
    return Files.isDirectory(log.directory) && log.earliest().isPresent();
  }

  /**
   * One commit.
   *
   * @param at when it was made, never before an earlier version
   * @param operation what it says it did, "" if it does not
   * @param watermark the one it stored, if it is one of ours
   * @param changeFiles paths of the change feed's files
   * @param changesSchema whether it set the table's columns or properties
   */
  record Commit(
      long version,
      Instant at,
      String operation,
      Optional<Watermark> watermark,
      List<FileAction> added,
      List<FileAction> removed,
      List<String> changeFiles,
      boolean changesSchema) {

    /** Whether rows changed: a rearrangement of files changes none. */
    boolean changesData() {
      return !changeFiles.isEmpty()
          || added.stream().anyMatch(FileAction::dataChange)
          || removed.stream().anyMatch(FileAction::dataChange);
    }
  }

  /** An add or a remove. */
  record FileAction(String path, boolean dataChange, Optional<DeletionVector> vector) {}

  /** The commit of a version, or empty when the log does not hold it (not yet, or no longer). */
  Optional<Commit> read(long version) {
    Path file = directory.resolve(Text.of("%020d.json", version));
    try (Stream<String> lines = Files.lines(file)) {
      return Optional.of(parse(version, Files.getLastModifiedTime(file).toInstant(), lines));
    } catch (NoSuchFileException e) {
      return Optional.empty();
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
  Commit require(long version, TableName table) {
    return read(version)
        .orElseThrow(() ->
            new MillraceException(
                LakeError.LK_011_HISTORY_GONE,
                Text.of(
                    "the log of table %s no longer holds version %d. Its follower has to start from"
                        + " the table's rows.",
                    table, version)));
  }

  /** The least version whose commit is held. */
  OptionalLong earliest() {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(n -> n.matches("\\d{20}\\.json"))
          .mapToLong(n -> Long.parseLong(n.substring(0, 20)))
          .min();
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "log " + directory + " cannot be listed.", e);
    }
  }

  /** The error of a log that Kernel could not read, with the file to blame if one is found. */
  MillraceException unreadable(Exception cause) {
    return new MillraceException(
        LakeError.LK_003_STORAGE_FAILED,
        "the log of the table at "
            + directory.getParent()
            + " cannot be read: "
            + blamed()
                .map(f -> "its file " + f + " is missing or damaged. Bring it back from a copy.")
                .orElse("is its storage there? It is tried again."),
        cause);
  }

  /** The newest commit that is torn, or that is missing below one that is there. */
  private Optional<String> blamed() {
    try (Stream<Path> files = Files.list(directory)) {
      long expected = -1;
      for (Path file :
          files
              .filter(f -> f.getFileName().toString().matches("\\d{20}\\.json"))
              .sorted(Comparator.reverseOrder())
              .toList()) {
        String name = file.getFileName().toString();
        long version = Long.parseLong(name.substring(0, 20));
        if (expected >= 0 && version != expected) {
          return Optional.of(Text.of("%020d.json", expected));
        }
        if (isTorn(file)) {
          return Optional.of(name);
        }
        expected = version - 1;
      }
      return Optional.empty();
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private static boolean isTorn(Path commit) {
    try (Stream<String> lines = Files.lines(commit)) {
      var _ = parse(0, Instant.EPOCH, lines);
      return false;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException | RuntimeException e) {
      return true;
    }
  }

  private static Commit parse(long version, Instant written, Stream<String> lines)
      throws JsonProcessingException {
    Instant at = written;
    String operation = "";
    Optional<Watermark> watermark = Optional.empty();
    List<FileAction> added = new ArrayList<>();
    List<FileAction> removed = new ArrayList<>();
    List<String> changeFiles = new ArrayList<>();
    boolean changesSchema = false;
    for (String line : lines.toList()) {
      JsonNode action = JSON.readTree(line);
      if (action.has("add")) {
        added.add(file(action.get("add")));
      } else if (action.has("remove")) {
        removed.add(file(action.get("remove")));
      } else if (action.has("cdc")) {
        changeFiles.add(action.get("cdc").get("path").asText());
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
