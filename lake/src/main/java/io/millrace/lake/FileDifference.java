package io.millrace.lake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.RoaringBitmap;

/**
 * How the live rows of two versions differ by place, whoever made the versions between: our
 * commits, compaction, restore. Values never change at a place, so this is all that a mirror has to
 * follow.
 *
 * @param gone files whose rows are all to go
 * @param come files whose live rows are all to come; a file in which dead rows rose is in both
 * @param died by the file's number, rows that died in a file that stays
 */
record FileDifference(List<LiveFile> gone, List<LiveFile> come, Map<Long, RoaringBitmap> died) {

  static FileDifference between(Collection<LiveFile> before, LiveFiles after) {
    List<LiveFile> gone = new ArrayList<>();
    List<LiveFile> come = new ArrayList<>();
    Map<Long, RoaringBitmap> died = new HashMap<>();
    Map<Long, LiveFile> earlier = new HashMap<>();
    for (LiveFile file : before) {
      earlier.put(file.ordinal(), file);
      LiveFile now = after.get(file.ordinal());
      if (now == null) {
        gone.add(file);
      } else if (!now.dead().contains(file.dead())) {
        gone.add(file);
        come.add(now);
      } else if (now.dead().getCardinality() > file.dead().getCardinality()) {
        died.put(now.ordinal(), RoaringBitmap.andNot(now.dead(), file.dead()));
      }
    }
    after.all().stream().filter(f -> !earlier.containsKey(f.ordinal())).forEach(come::add);
    return new FileDifference(gone, come, died);
  }

  /** Rows that go and come, roughly: what it costs to follow. */
  long rows() {
    return gone.stream().mapToLong(f -> Math.max(0, f.rows())).sum()
        + come.stream().mapToLong(f -> Math.max(0, f.rows())).sum()
        + died.values().stream().mapToLong(RoaringBitmap::getLongCardinality).sum();
  }
}
