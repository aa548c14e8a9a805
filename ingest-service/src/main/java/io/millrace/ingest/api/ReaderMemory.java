package io.millrace.ingest.api;

import io.millrace.warehouse.source.ApiSource.ApiResource;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a reader keeps from run to run, and loses without harm. Bounded by scopes and rows. */
final class ReaderMemory {

  private record Tagged(URI address, String etag) {}

  private final EmittedRows emitted = new EmittedRows();
  private final Map<String, RowReader> readers = new HashMap<>();
  private final Set<String> shaped = new HashSet<>();
  private final Map<Scope, Tagged> etags = new HashMap<>();

  EmittedRows emitted() {
    return emitted;
  }

  RowReader reader(ApiResource resource) {
    return readers.computeIfAbsent(resource.name(), _ -> new RowReader(resource));
  }

  /** Whether the columns of a resource have not been told yet; from now on they have. */
  boolean isUnshaped(String resource) {
    return shaped.add(resource);
  }

  /** The ETag of a scope's first page, if that was at the same address. */
  @Nullable String etag(Scope scope, URI address) {
    Tagged tagged = etags.get(scope);
    return tagged != null && tagged.address.equals(address) ? tagged.etag : null;
  }

  void keepEtag(Scope scope, URI address, @Nullable String etag) {
    if (etag == null) {
      etags.remove(scope);
    } else {
      etags.put(scope, new Tagged(address, etag));
    }
  }
}
