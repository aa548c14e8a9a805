package io.millrace.contracts;

/**
 * A table of the warehouse, such as {@code dim.customer}. It lies at {@code
 * <lake>/<schema>/<name>/} and its changes are on the topic {@code <prefix>.<schema>.<name>}.
 *
 * @param schema staging, dim or marts
 * @param name lower-case letters, digits and underscores
 */
public record TableName(String schema, String name) implements Comparable<TableName> {

  /** Reads {@code schema.name}. */
  public static TableName parse(String text) {
    int dot = text.indexOf('.');
    if (dot <= 0 || dot != text.lastIndexOf('.') || dot == text.length() - 1) {
      throw new IllegalArgumentException("not a table name of the form schema.name: " + text);
    }
    return new TableName(text.substring(0, dot), text.substring(dot + 1));
  }

  @Override
  public int compareTo(TableName other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return schema + "." + name;
  }
}
