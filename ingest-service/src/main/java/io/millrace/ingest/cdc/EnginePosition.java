package io.millrace.ingest.cdc;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.storage.OffsetBackingStore;
import org.apache.kafka.connect.util.Callback;

/**
 * The engine's idea of stored offsets: the position it starts from, then the last confirmed one,
 * which Debezium reads back to tell it to the server. In memory only, since positions are stored in
 * the cut log. Made by Debezium, by name.
 */
public final class EnginePosition implements OffsetBackingStore {
  /** The engine property that holds the position's JSON. */
  static final String PROPERTY = "offset.storage.millrace.position";

  private volatile byte[] json = {};

  /** For Debezium. */
  public EnginePosition() {}

  @Override
  public void configure(WorkerConfig config) {
    String start = requireNonNull(config.originalsStrings().get(PROPERTY), PROPERTY);
    json = start.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void start() {}

  @Override
  public void stop() {}

  @Override
  public Future<Map<ByteBuffer, ByteBuffer>> get(Collection<ByteBuffer> keys) {
    Map<ByteBuffer, ByteBuffer> offsets = new HashMap<>();
    keys.forEach(key -> offsets.put(key, ByteBuffer.wrap(json)));
    return CompletableFuture.completedFuture(offsets);
  }

  @Override
  public Future<Void> set(Map<ByteBuffer, ByteBuffer> values, Callback<Void> callback) {
    for (ByteBuffer value : values.values()) {
      byte[] bytes = new byte[value.remaining()];
      value.duplicate().get(bytes);
      json = bytes;
    }
    callback.onCompletion(null, null);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public Set<Map<String, Object>> connectorPartitions(String connectorName) {
    return Set.of();
  }
}
