package io.millrace.warehouse.sql;

import io.millrace.contracts.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A dimension as a lookup sees it.
 *
 * @param dimension its name
 * @param keys columns of its natural key, in order
 * @param surrogateKey the column of its surrogate key
 * @param durableKey the column that holds one key for all versions of a member, if it has one
 * @param history whether it keeps versions, so that {@code as_of} can be asked for
 */
public record LookupTarget(
    TableName dimension,
    List<String> keys,
    String surrogateKey,
    Optional<String> durableKey,
    boolean history) {
  public LookupTarget {
    keys = List.copyOf(keys);
  }
}
