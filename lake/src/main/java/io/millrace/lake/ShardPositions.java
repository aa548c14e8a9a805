package io.millrace.lake;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The shards' positions in {@code <lake>/_millrace/<service>-<shard>.json}, for readers of the lake
 * alone. A file has one writer, the shard's, and is replaced as a whole: a reader sees one position
 * or the next.
 */
public final class ShardPositions {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Path directory;

  /** The positions in a lake at a local directory. */
  public ShardPositions(Path lakeRoot) {
    this.directory = lakeRoot.resolve("_millrace");
  }

  /**
   * Replaces a shard's position, durably.
   *
   * @throws MillraceException LK-003
   */
  public void write(ShardPosition position) {
    Path file = directory.resolve(position.service() + "-" + position.shard() + ".json");
    Path temporary = LocalFiles.temporary(file);
    try {
      Files.createDirectories(directory);
      try {
        Files.write(temporary, JSON.writeValueAsBytes(position));
        LocalFiles.publish(temporary, file, true);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "position file " + file + " cannot be written.", e);
    }
  }

  /**
   * All positions there are, by file name.
   *
   * @throws MillraceException LK-015 for a file that is not a position
   */
  public List<ShardPosition> readAll() {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<ShardPosition> positions = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file :
          files.filter(f -> isPosition(f.getFileName().toString())).sorted().toList()) {
        positions.add(read(file));
      }
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "directory " + directory + " cannot be listed.", e);
    }
    return positions;
  }

  private static boolean isPosition(String name) {
    return name.endsWith(".json") && !name.startsWith(".");
  }

  private static ShardPosition read(Path file) {
    try {
      return JSON.readValue(Files.readAllBytes(file), ShardPosition.class);
    } catch (NoSuchFileException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "position file " + file + " went away.", e);
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_015_POSITION_UNREADABLE,
          "position file "
              + file
              + " is not a shard's position. Remove it; its shard writes it anew.",
          e);
    }
  }
}
