package io.millrace.contracts;

import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.RuntimeError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The token that a request carries, as {@code Authorization: Bearer TOKEN}, where a service takes
 * orders only with it. Says its value to nobody but {@link #authorization}.
 */
public final class OrderToken {
  /** What RFC 6750 lets follow Bearer; nothing of it is changed by a header or a configuration. */
  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private static final String SCHEME = "Bearer ";

  private final String value;

  /**
   * @throws MillraceException RUN-001 when no header can carry it, without its value; also when it
   *     is empty, for who sets a token means to be asked for one
   */
  public OrderToken(String value) {
    if (!LEGAL.matcher(value).matches()) {
      throw new MillraceException(
          RuntimeError.RUN_001_SETTING_REFUSED,
          Environment.MILLRACE_ORDER_TOKEN
              + (value.isBlank()
                  ? " is set, but empty. Give it a token, or unset it: orders need none then."
                  : " holds what no token can, perhaps a space or the end of a line. Give it"
                      + " letters, digits and . _ ~ + / - only, = at the end, such as openssl"
                      + " rand -hex 32 makes."));
    }
    this.value = value;
  }

  /**
   * That of an environment, if it has one.
   *
   * @throws MillraceException RUN-001
   */
  public static Optional<OrderToken> in(Map<String, String> environment) {
    return Optional.ofNullable(environment.get(Environment.MILLRACE_ORDER_TOKEN.name()))
        .map(OrderToken::new);
  }

  /** The value of the header Authorization of a request that carries it. */
  public String authorization() {
    return SCHEME + value;
  }

  /** Whether a header Authorization carries it; takes as long whichever characters are wrong. */
  public boolean isIn(@Nullable String authorization) {
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(
            bytes(authorization.substring(SCHEME.length()).strip()), bytes(value));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
