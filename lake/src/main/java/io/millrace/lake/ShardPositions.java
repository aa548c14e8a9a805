package io.millrace.lake;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The shards' positions in {@code <lake>/_millrace/<service>-<shard>.json}, for readers of the lake
 * alone. A file has one writer, the shard's, and is replaced as a whole: a reader sees one position
 * or the next.
 */
public final class ShardPositions {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Path directory;
  private final Storage storage;

  /** The positions in a lake. */
  public ShardPositions(Lake lake) {
    this(lake.root(), lake.storage());
  }

  /** The positions in a lake at a local directory. */
  public ShardPositions(Path lakeRoot) {
    this(lakeRoot, new LocalFiles());
  }

  private ShardPositions(Path lakeRoot, Storage storage) {
    this.directory = lakeRoot.resolve("_millrace");
    this.storage = storage;
  }

  /**
   * Replaces a shard's position, durably.
   *
   * @throws MillraceException LK-003
   */
  public void write(ShardPosition position) {
    Path file = directory.resolve(position.service() + "-" + position.shard() + ".json");
    try {
      storage.replace(file, JSON.writeValueAsBytes(position));
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
    List<ShardPosition> positions = new ArrayList<>();
    try (CloseableIterator<FileStatus> files =
        storage.listFrom(directory.resolve("0").toString())) {
      while (files.hasNext()) {
        Path file = Path.of(files.next().getPath());
        if (file.toString().endsWith(".json")) {
          positions.add(read(file));
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED, "directory " + directory + " cannot be listed.", e);
    }
    return positions;
  }

  private ShardPosition read(Path file) throws IOException {
    byte[] content =
        storage
            .read(file)
            .map(Storage.Content::bytes)
            .orElseThrow(() -> new NoSuchFileException(file.toString()));
    try {
      return JSON.readValue(content, ShardPosition.class);
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
