package io.millrace.ingest.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, of each resource, a digest of the rows emitted last, so that the overlap of a run with
 * the one before it brings only what changed. Whole rows are compared: timestamps of whole seconds
 * do not tell two changes of one second apart. A row that was forgotten is emitted once more.
 */
final class EmittedRows {

  /** Rows remembered of a resource: about 2 MB. */
  static final int ROWS_MAX = 10_000;

  private final JsonMapper json = new JsonMapper();
  private final Map<String, Map<String, byte[]>> resources = new HashMap<>();

  /** Whether the row differs from what was emitted last for its key; remembers it. */
  boolean isNew(String resource, @Nullable Object[] key, @Nullable Object[] values) {
    Map<String, byte[]> rows = resources.computeIfAbsent(resource, _ -> new LinkedHashMap<>());
    byte[] digest = digest(values);
    String name = text(key);
    byte[] old = rows.remove(name);
    rows.put(name, digest);
    if (rows.size() > ROWS_MAX) {
      rows.remove(rows.keySet().iterator().next());
    }
    return !Arrays.equals(digest, old);
  }

  /** Forgets a resource of which a full image begins. */
  void forget(String resource) {
    resources.remove(resource);
  }

  private byte[] digest(@Nullable Object[] values) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(json.writeValueAsBytes(values));
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("a row of scalars has a digest", e);
    }
  }

  private String text(@Nullable Object[] key) {
    try {
      return json.writeValueAsString(key);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a key of scalars has a text", e);
    }
  }
}
