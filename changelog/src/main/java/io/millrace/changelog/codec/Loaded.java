package io.millrace.changelog.codec;

import java.util.List;

/**
 * What a load did. {@code records} = decoded + tombstones + undecodable.
 *
 * @param records records taken from the batches
 * @param rows rows put into the table
 * @param tombstones records without a value, which give no row
 * @param undecodable records set aside, in the order of the batches
 */
public record Loaded(long records, long rows, long tombstones, List<Undecodable> undecodable) {

  public Loaded {
    undecodable = List.copyOf(undecodable);
  }
}
