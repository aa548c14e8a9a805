package io.millrace.ingest.api;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Words errors, the same in every locale. */
final class ApiProblem {

  private ApiProblem() {}

  static MillraceException of(IngestError code, String message, Object... values) {
    return because(null, code, message, values);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
  static MillraceException because(
      @Nullable Exception cause, IngestError code, String message, Object... values) {
    return new MillraceException(code, String.format(Locale.ROOT, message, values), cause);
  }
}
