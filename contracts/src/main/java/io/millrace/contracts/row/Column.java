package io.millrace.contracts.row;

/**
 * A column of a row.
 *
 * @param name as written by the user, compared without case
 * @param type its type
 * @param nullable whether NULL may stand in it
 */
public record Column(String name, DataType type, boolean nullable) {}
