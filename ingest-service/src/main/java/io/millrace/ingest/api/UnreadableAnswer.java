package io.millrace.ingest.api;

import org.jspecify.annotations.Nullable;

/** An answer that says 200 but is no page of records; nothing of it is used, and it is retried. */
final class UnreadableAnswer extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableAnswer(String what, @Nullable Throwable cause) {
    super(what, cause);
  }
}
