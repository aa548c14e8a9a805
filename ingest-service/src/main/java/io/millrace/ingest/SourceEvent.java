package io.millrace.ingest;

import io.millrace.contracts.row.RowSchema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a source says, in its own order. */
public sealed interface SourceEvent {

  /**
   * From here on, changes of the resource have these columns. Comes before the first change of a
   * resource in a reader's life, also of a resource without any row, and when the columns change.
   */
  record Shape(String resource, RowSchema schema) implements SourceEvent {}

  /**
   * A full image of the resource begins: what was before it no longer counts.
   *
   * @param committedAt when the source was as the image says; its rows say no earlier time
   */
  record Opening(String resource, Instant committedAt) implements SourceEvent {}

  /**
   * One row change. Values stand in the order of the resource's {@link Shape}, as Boolean, Integer
   * (TINYINT to INTEGER and DATE as days since 1970-01-01), Long (BIGINT; TIME, TIMESTAMP and
   * TIMESTAMPTZ as microseconds), Float, Double, BigDecimal, String, byte[] or null.
   *
   * @param resource whose row
   * @param op what happened
   * @param key values of the key columns, in key order; never null but for TRUNCATE
   * @param before the old row where the source knows all of it
   * @param after the new row; null for DELETE and TRUNCATE
   * @param committedAt when the source committed it
   * @param position of the change in the source's terms, for people
   * @param transaction the source transaction, null in snapshots and where there is none
   */
  record Change(
      String resource,
      Op op,
      @Nullable Object @Nullable [] key,
      @Nullable Object @Nullable [] before,
      @Nullable Object @Nullable [] after,
      Instant committedAt,
      @Nullable String position,
      @Nullable TransactionPart transaction)
      implements SourceEvent {}

  /**
   * The end of a source transaction, of a snapshot or of a sync run: a place where a cut may close.
   * Without changes since the last End it is a proof that the source had nothing else to say up to
   * {@code committedAt}.
   *
   * @param position where to open the source again, in its own terms
   * @param committedAt the source's clock: everything it committed before is in the events so far
   */
  record End(String position, Instant committedAt) implements SourceEvent {}

  /** What happened to a row; the letter is the envelope's {@code op}. */
  enum Op {
    CREATE("c"),
    UPDATE("u"),
    DELETE("d"),
    READ("r"),
    TRUNCATE("t");

    private final String letter;

    Op(String letter) {
      this.letter = letter;
    }

    /** The envelope's {@code op}. */
    public String letter() {
      return letter;
    }
  }

  /**
   * A change's place in its transaction.
   *
   * @param id of the transaction
   * @param totalOrder place among all its changes, from 1
   * @param collectionOrder place among its changes of this resource, from 1
   */
  record TransactionPart(String id, long totalOrder, long collectionOrder) {}
}
