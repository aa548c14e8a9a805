package io.millrace.warehouse.algebra;

/** Ends the reading of a plan at the first thing that is not positively recognised. */
final class UnknownConstruct extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  UnknownConstruct(Reason reason, String construct) {
    super(construct, null, false, false);
    this.reason = reason;
  }

  Algebra.Unknown asAlgebra() {
    return new Algebra.Unknown(reason, String.valueOf(getMessage()));
  }
}
