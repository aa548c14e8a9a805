package io.millrace.demo.github;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** What is written back. */
record Answer(int status, Map<String, String> headers, byte[] body) {

  private static final String JSON = "application/json; charset=utf-8";

  static Answer page(byte[] body, String links) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", JSON);
    headers.put("ETag", etag(body));
    if (!links.isEmpty()) {
      headers.put("Link", links);
    }
    return new Answer(200, headers, body);
  }

  static Answer message(int status, byte[] body) {
    return new Answer(status, Map.of("Content-Type", JSON), body);
  }

  /** The headers of a rate limit. */
  static Map<String, String> limits(int limit, int used, Instant windowEnd) {
    Map<String, String> headers = new HashMap<>();
    headers.put("x-ratelimit-limit", String.valueOf(limit));
    headers.put("x-ratelimit-remaining", String.valueOf(limit - used));
    headers.put("x-ratelimit-used", String.valueOf(used));
    headers.put("x-ratelimit-reset", String.valueOf(windowEnd.getEpochSecond()));
    headers.put("x-ratelimit-resource", "core");
    return headers;
  }

  Answer plus(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(headers);
    all.putAll(more);
    return new Answer(status, all, body);
  }

  Answer with(byte[] other) {
    return new Answer(status, headers, other);
  }

  Answer withNext(String address) {
    return plus(Map.of("Link", "<" + address + ">; rel=\"next\""));
  }

  Answer unchanged() {
    return new Answer(304, headers, new byte[0]);
  }

  private static String etag(byte[] body) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return "W/\"" + new BigInteger(1, digest).toString(16) + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
