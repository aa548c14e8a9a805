package io.millrace.demo.github;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The command line.
 *
 * @param tokenEnv name of the variable that holds the token; empty to serve anybody
 * @param rate ticks a second
 */
record Arguments(
    int port, String org, int repos, int issues, long seed, String tokenEnv, double rate) {

  private static final Set<String> NAMES =
      new TreeSet<>(
          Set.of("--port", "--org", "--repos", "--issues", "--seed", "--token-env", "--rate"));

  /**
   * Reads name and value in turn.
   *
   * @throws IllegalArgumentException for a name that is unknown, or a value that is missing or no
   *     number where one is needed
   */
  static Arguments parse(String... words) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      if (!NAMES.contains(words[i]) || i + 1 == words.length) {
        throw new IllegalArgumentException(
            words[i] + ": give one of " + NAMES + ", each followed by its value");
      }
      given.put(words[i], words[i + 1]);
    }
    return new Arguments(
        Integer.parseInt(given.getOrDefault("--port", "0")),
        given.getOrDefault("--org", "millrace"),
        Integer.parseInt(given.getOrDefault("--repos", "40")),
        Integer.parseInt(given.getOrDefault("--issues", "2000")),
        Long.parseLong(given.getOrDefault("--seed", "1")),
        given.getOrDefault("--token-env", ""),
        Double.parseDouble(given.getOrDefault("--rate", "1")));
  }

  /**
   * The token that requests must carry; empty to serve anybody.
   *
   * @throws IllegalArgumentException when the named variable is unset
   */
  String token(Map<String, String> environment) {
    if (tokenEnv.isEmpty()) {
      return "";
    }
    String token = environment.getOrDefault(tokenEnv, "");
    if (token.isEmpty()) {
      throw new IllegalArgumentException("--token-env " + tokenEnv + ": this variable is unset");
    }
    return token;
  }
}
