package io.millrace.warehouse.source;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.WarehouseError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns references into secrets, at the place of use and as late as possible. */
public final class SecretValues {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]+)}");

  private SecretValues() {}

  /** Whether a text has the form {@code ${env:NAME}} or {@code ${file:path}}. */
  public static boolean isReference(String text) {
    return REFERENCE.matcher(text).matches();
  }

  /**
   * The secret; empty when the variable is unset or empty. Of a file, everything but the line ends
   * at its end; a file is read at every call, so that a rotated secret is seen.
   *
   * @throws MillraceException WH-004 when the file cannot be read
   */
  public static Optional<String> resolve(Secret secret, Map<String, String> env) {
    Matcher reference = REFERENCE.matcher(secret.reference());
    if (!reference.matches()) {
      throw new MillraceException(
          WarehouseError.WH_005_LITERAL_SECRET,
          "a secret is written as such. Write ${env:NAME} or ${file:path}.");
    }
    String place = reference.group(2);
    String value = reference.group(1).equals("env") ? env.get(place) : read(place);
    return Optional.ofNullable(value).filter(v -> !v.isEmpty());
  }

  /**
   * The secret.
   *
   * @throws MillraceException WH-004 when it is not there
   */
  public static String require(Secret secret, Map<String, String> env) {
    return resolve(secret, env)
        .orElseThrow(() ->
            new MillraceException(
                WarehouseError.WH_004_VALUE_NOT_SET,
                secret.reference() + " is unset or empty. Set it for this process."));
  }

  private static String read(String path) {
    try {
      return Files.readString(Path.of(path)).stripTrailing();
    } catch (IOException e) {
      throw new MillraceException(
          WarehouseError.WH_004_VALUE_NOT_SET,
          "the file of the secret ${file:" + path + "} cannot be read.",
          e);
    }
  }
}
