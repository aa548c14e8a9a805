package io.millrace.ingest.api;

import io.millrace.warehouse.source.ApiSource.ApiResource;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A page to ask for.
 *
 * @param resource what is read
 * @param address of the page
 * @param etag what the answer is compared with; null to have it in any case
 */
record PageRequest(ApiResource resource, URI address, @Nullable String etag) {}
