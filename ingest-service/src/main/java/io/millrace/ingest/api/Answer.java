package io.millrace.ingest.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** What came of asking for a page. */
sealed interface Answer {

  /**
   * A page.
   *
   * @param records in the API's order
   * @param next address of the next page; null on the last
   * @param etag for asking conditionally later; null if the API gives none
   */
  record Page(ArrayNode records, @Nullable URI next, @Nullable String etag) implements Answer {}

  /** 304: as it was when the ETag was given. */
  record Unchanged() implements Answer {}

  /**
   * There is no such collection.
   *
   * @param status 404 or 410
   */
  record Absent(int status) implements Answer {}
}
