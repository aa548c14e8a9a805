package io.millrace.warehouse.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * What a lookup gives where it finds no member. A refusal is a reserved value in the fact's column:
 * a table never commits one, so one among its changes stops it.
 */
public record LookupPolicy(OnNull onNull, OnBadValue onBadValue, OnNoMatch onNoMatch) {

  /** What a key with a NULL in it means. */
  public enum OnNull {
    MISSING(-1),
    NOT_APPLICABLE(-2),
    BAD_VALUE(-4),
    FAIL(-11);

    private final long key;

    OnNull(long key) {
      this.key = key;
    }
  }

  /** What a key means for which {@code bad_value} holds, or whose instant is NULL. */
  public enum OnBadValue {
    DEFAULT(-4),
    FAIL(-14);

    private final long key;

    OnBadValue(long key) {
      this.key = key;
    }
  }

  /** What a key means that the dimension does not hold, or not at the instant. */
  public enum OnNoMatch {
    DEFAULT(-3),
    /** The dimension makes a member of it; until then as DEFAULT. */
    INFER(-3),
    FAIL(-13);

    private final long key;

    OnNoMatch(long key) {
      this.key = key;
    }
  }

  /**
   * A case in which the fact may not be written.
   *
   * @param key the value that stands for it
   * @param what the case, in words: "N rows have ..."
   */
  public record Refusal(long key, String what) {}

  /** The value for a key with a NULL in it. */
  long ofNull() {
    return onNull.key;
  }

  /** The value for a bad key or a NULL instant. */
  long ofBadValue() {
    return onBadValue.key;
  }

  /** The value for a key without a member. */
  long ofNoMatch() {
    return onNoMatch.key;
  }

  /** The cases in which the fact may not be written; empty for most lookups. */
  public List<Refusal> refusals() {
    List<Refusal> refusals = new ArrayList<>();
    if (onNull == OnNull.FAIL) {
      refusals.add(new Refusal(OnNull.FAIL.key, "a NULL in the key"));
    }
    if (onBadValue == OnBadValue.FAIL) {
      refusals.add(new Refusal(OnBadValue.FAIL.key, "a bad value for the key or its instant"));
    }
    if (onNoMatch == OnNoMatch.FAIL) {
      refusals.add(new Refusal(OnNoMatch.FAIL.key, "a key without a member"));
    }
    return refusals;
  }
}
