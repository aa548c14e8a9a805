package io.millrace.local;

/** Takes plain lines that tell a person how far the stack is. Called from several threads. */
@FunctionalInterface
public interface Progress {

  /** Takes one line, without line end. */
  void line(String text);

  /** For callers that nobody watches. */
  static Progress silent() {
    return text -> {};
  }
}
