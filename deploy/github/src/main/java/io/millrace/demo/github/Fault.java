package io.millrace.demo.github;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** What an answer does wrong. */
public sealed interface Fault {

  /** Answers this and nothing else. */
  record Reply(int status, Map<String, String> headers, byte[] body) implements Fault {
    public Reply {
      headers = Map.copyOf(headers);
    }
  }

  /** Breaks the JSON off in the middle, as an answer that is complete for HTTP. */
  record Truncated() implements Fault {}

  /** Answers 302 to another address. */
  record RedirectTo(URI address) implements Fault {}

  /** Answers the right page, with a next link to another address. */
  record NextLinkTo(URI address) implements Fault {}

  /** Answers the right page, with a next link to itself. */
  record NextLinkToItself() implements Fault {}

  /** Answers the right page after a pause, or when the server closes. */
  record Slow(Duration pause) implements Fault {}

  /** Closes the connection without an answer. */
  record Reset() implements Fault {}
}
