package io.millrace.warehouse;

import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.WarehouseError;
import io.millrace.warehouse.DynamicTable.Initialize;
import io.millrace.warehouse.DynamicTable.RefreshMode;
import io.millrace.warehouse.algebra.Algebra;
import io.millrace.warehouse.algebra.Block;
import io.millrace.warehouse.algebra.Node;
import io.millrace.warehouse.algebra.Reason;
import io.millrace.warehouse.problem.Nearest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads values of a dynamic table's properties, wherever they are said. */
final class PropertyValue {

  private PropertyValue() {}

  /** A text that is no value of its property; the message is half a sentence. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ErrorCode code;
    private final transient Optional<String> hint;

    Wrong(ErrorCode code, String message, Optional<String> hint) {
      super(message);
      this.code = code;
      this.hint = hint;
    }

    ErrorCode code() {
      return code;
    }

    Optional<String> hint() {
      return hint;
    }
  }

  static TargetLag targetLag(String text) throws Wrong {
    return TargetLag.parse(text)
        .orElseThrow(() -> wrong("TARGET_LAG must be " + TargetLag.FORM, Optional.empty()));
  }

  static Initialize initialize(String text) throws Wrong {
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "ON_CREATE" -> Initialize.ON_CREATE;
      case "ON_SCHEDULE" -> Initialize.ON_SCHEDULE;
      default ->
          throw wrong(
              "there is no INITIALIZE " + text,
              Nearest.hint(text, List.of("ON_CREATE", "ON_SCHEDULE")));
    };
  }

  static double threshold(String text) throws Wrong {
    // Numbers of the tokenizer are digits and dots.
    double value = text.matches("[0-9]+(\\.[0-9]+)?") ? Double.parseDouble(text) : Double.NaN;
    if (!(value >= 0 && value <= 1)) {
      throw wrong(
          "CARDINALITY_THRESHOLD is a share from 0 to 1, and " + text + " is none",
          Optional.empty());
    }
    return value;
  }

  static RefreshMode refreshMode(String text) throws Wrong {
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "AUTO" -> RefreshMode.AUTO;
      case "FULL" -> RefreshMode.FULL;
      case "INCREMENTAL" -> RefreshMode.INCREMENTAL;
      default ->
          throw wrong(
              "there is no REFRESH_MODE " + text,
              Nearest.hint(text, List.of("AUTO", "FULL", "INCREMENTAL")));
    };
  }

  /** A mode in which that query can be kept. */
  static RefreshMode refreshMode(String text, Algebra algebra) throws Wrong {
    RefreshMode mode = refreshMode(text);
    if (mode == RefreshMode.INCREMENTAL) {
      requireIncremental(algebra);
    }
    return mode;
  }

  static void requireIncremental(Algebra algebra) throws Wrong {
    Optional<String> why =
        switch (algebra) {
          case Algebra.Unknown(Reason reason, String construct) ->
              Optional.of(construct + " (" + reason + ": " + reason.text() + ")");
          case Algebra.Known(Node root) ->
              Block.of(root)
                  .whole()
                  .map(b -> b.what() + " (" + b.reason() + ": " + b.reason().text() + ")");
        };
    if (why.isPresent()) {
      throw new Wrong(
          WarehouseError.WH_064_NOT_INCREMENTAL,
          "REFRESH_MODE = INCREMENTAL is not possible: " + why.get(),
          Optional.of("AUTO takes the cheapest way there is"));
    }
  }

  private static Wrong wrong(String message, Optional<String> hint) {
    return new Wrong(WarehouseError.WH_024_CLAUSE_VALUE, message, hint);
  }
}
