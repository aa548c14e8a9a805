package io.millrace.changelog.cut;

import io.millrace.contracts.wire.Cut;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Cuts read again from the log, a block at a time; the blocks used last are held. */
final class OlderCuts {
  private static final int BLOCKS_HELD = 4;

  private final CutArchive archive;
  private final int blockSize;
  private final Map<Long, List<Cut>> blocks = new LinkedHashMap<>(16, 0.75f, true);

  OlderCuts(CutArchive archive, int blockSize) {
    this.archive = archive;
    this.blockSize = blockSize;
  }

  /** The cut of that number, whose whole block is in the log. */
  Cut get(long number) {
    long block = number / blockSize;
    List<Cut> cuts = blocks.get(block);
    if (cuts == null) {
      cuts = List.copyOf(archive.read(block * blockSize, blockSize));
      if (blocks.size() == BLOCKS_HELD) {
        blocks.remove(blocks.keySet().iterator().next());
      }
      blocks.put(block, cuts);
    }
    return cuts.get((int) (number % blockSize));
  }
}
