package io.millrace.warehouse;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.warehouse.sql.Identifiers;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Surrogate keys: the first 63 bits of SHA-256 over a typed canonical text of the natural key, and
 * for versions of the version's start. So a rebuild gives the same keys, all of them positive, and
 * none meets a default member. Each part of the text carries its type and length, so that no value
 * can pass for two.
 */
public final class SurrogateKeys {
  private SurrogateKeys() {}

  /** SQL of type BIGINT over a relation, called {@code row}, with the natural key's columns. */
  public static String ofMember(Dimension dimension, String row) {
    return hash(parts(dimension, row));
  }

  /** As {@link #ofMember}, of the version that begins at the TIMESTAMPTZ {@code start}. */
  public static String ofVersion(Dimension dimension, String row, String start) {
    return hash(
        Stream.concat(
            parts(dimension, row), Stream.of(part("START", "epoch_us(" + start + ")::VARCHAR"))));
  }

  /**
   * As {@link #ofMember}, of the row that a member has or would have of which nothing is known but
   * its key.
   */
  public static String ofInferred(Dimension dimension, String row) {
    return dimension.scdType().hasVersions()
        ? ofVersion(dimension, row, Dimension.BEGINNING)
        : ofMember(dimension, row);
  }

  private static Stream<String> parts(Dimension dimension, String row) {
    List<Column> keys =
        dimension.keys().stream().map(k -> dimension.attributes().column(k).orElseThrow()).toList();
    return keys.stream()
        .map(c -> part(c.type().sql(), text(c.type(), row + "." + Identifiers.quote(c.name()))));
  }

  /** Zeros of both signs are equal to SQL, and so is what is not a number: each is one text. */
  private static String text(DataType type, String value) {
    return type == DataType.Simple.DOUBLE || type == DataType.Simple.FLOAT
        ? "CASE WHEN %1$s = 0 THEN '0.0' WHEN isnan(%1$s) THEN 'nan' ELSE %1$s::VARCHAR END"
            .formatted(value)
        : value + "::VARCHAR";
  }

  private static String part(String type, String text) {
    return "'%s:' || length(%2$s) || ':' || %2$s".formatted(type, text);
  }

  private static String hash(Stream<String> parts) {
    return "(('0x' || substr(sha256(%s), 1, 16))::UBIGINT & 9223372036854775807)::BIGINT"
        .formatted(parts.collect(Collectors.joining(" || '|' || ")));
  }
}
