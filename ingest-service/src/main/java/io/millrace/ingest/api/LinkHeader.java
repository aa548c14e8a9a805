package io.millrace.ingest.api;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code Link} headers (RFC 8288). */
final class LinkHeader {

  private static final Pattern LINK =
      Pattern.compile("\\G[\\s,]*<([^>]*)>((?:[^,\"]|\"[^\"]*\")*)");
  private static final Pattern PARAMETER =
      Pattern.compile("\\G\\s*;\\s*([^\\s=;\"]+)\\s*(?:=\\s*(?:\"([^\"]*)\"|([^\\s;\"]*)))?");

  private LinkHeader() {}

  /** The reference whose relation types hold {@code next}, absolute or relative. */
  static Optional<String> next(List<String> headers) {
    for (String header : headers) {
      Matcher link = LINK.matcher(header);
      while (link.find()) {
        if (isNext(link.group(2))) {
          return Optional.of(link.group(1).trim());
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isNext(String parameters) {
    Matcher parameter = PARAMETER.matcher(parameters);
    while (parameter.find()) {
      if (parameter.group(1).equalsIgnoreCase("rel")) {
        String types = parameter.group(parameter.group(2) != null ? 2 : 3);
        return types != null
            && Pattern.compile("\\s+").splitAsStream(types).anyMatch("next"::equalsIgnoreCase);
      }
    }
    return false;
  }
}
