package io.millrace.changelog.codec;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row change of a source. Values stand in the order of the columns: Boolean; Integer for TINYINT
 * to INTEGER and DATE (days since 1970-01-01); Long for BIGINT, TIME, TIMESTAMP and TIMESTAMPTZ
 * (microseconds); Float, Double, BigDecimal, String, byte[], UUID; List for lists, Map for maps
 * and, by the names of their fields, for structs; or null.
 *
 * @param op c, u, d, r or t
 * @param before the old row, null where the source does not know it
 * @param after the new row, null for d and t
 * @param snapshot whether the row is of a snapshot
 * @param position in the source's own terms, for people
 * @param committedAt when the source committed it
 * @param transaction null in snapshots and where there is none
 */
public record RawChange(
    String op,
    @Nullable Object @Nullable [] before,
    @Nullable Object @Nullable [] after,
    boolean snapshot,
    @Nullable String position,
    Instant committedAt,
    @Nullable Transaction transaction) {

  /**
   * A change's place in its transaction.
   *
   * @param id of the transaction
   * @param totalOrder place among all its changes, from 1
   * @param collectionOrder place among its changes of this resource, from 1
   */
  public record Transaction(String id, long totalOrder, long collectionOrder) {}
}
