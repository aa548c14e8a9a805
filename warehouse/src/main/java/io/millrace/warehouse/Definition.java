package io.millrace.warehouse;

import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.sql.BoundSelect;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Builds the hash of {@link Table#definition} from lines of canonical text. */
final class Definition {
  private final List<String> lines = new ArrayList<>();

  Definition(String kind, BoundSelect select, RowSchema schema) {
    add("kind", kind);
    add("select", select.canonical());
    schema
        .columns()
        .forEach(c -> add("column", c.name(), c.type().sql(), c.nullable() ? "null" : "not null"));
    add("key", schema.key().toArray(String[]::new));
  }

  /** Adds one fact; lengths keep neighbouring values apart. */
  Definition add(String what, String... values) {
    StringBuilder line = new StringBuilder(what);
    for (String value : values) {
      line.append(' ').append(value.length()).append(':').append(value);
    }
    lines.add(line.toString());
    return this;
  }

  /** SHA-256 in hex. */
  String hash() {
    try {
      byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
