package io.millrace.runtime;

/** The cut log of a test: no broker feeds it, its fold is appended to directly. */
public final class TestCutChannel {

  private TestCutChannel() {}

  /** A channel without a broker; its {@link CutChannel#log()} is empty. */
  @SuppressWarnings("NullAway") // what talks to the broker is never asked
  public static CutChannel create(StatusBoard board) {
    return new CutChannel(null, null, board, null);
  }
}
