package io.millrace.warehouse.statement;

import io.millrace.contracts.error.WarehouseError;
import java.util.Optional;

/** Ends the reading of one header; becomes a problem. */
final class SyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final WarehouseError code;
  private final int offset;
  private final String hint;

  SyntaxException(WarehouseError code, int offset, String message, Optional<String> hint) {
    super(message, null, false, false);
    this.code = code;
    this.offset = offset;
    this.hint = hint.orElse("");
  }

  WarehouseError code() {
    return code;
  }

  int offset() {
    return offset;
  }

  String text() {
    return String.valueOf(getMessage());
  }

  Optional<String> hint() {
    return Optional.of(hint).filter(h -> !h.isEmpty());
  }
}
