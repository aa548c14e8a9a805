package io.millrace.ingest.api;

import io.millrace.contracts.error.IngestError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.warehouse.source.ApiSource;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where a source's requests may go: the scheme, host and port of its base URL, and the hosts that
 * it allows beside ({@code host} for the scheme's own port, or {@code host:port}) over https or the
 * base URL's scheme. Names are compared as text, so another spelling of an address is another host.
 */
final class AllowedHosts {

  private final String source;
  private final URI base;
  private final Set<String> others;

  AllowedHosts(ApiSource source) {
    this.source = source.name();
    this.base = source.baseUrl();
    this.others =
        source.allowHosts().stream()
            .map(host -> host.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether an address is of the API itself, which alone is told who asks. */
  boolean isBase(URI address) {
    return address.getHost() != null
        && address.getRawUserInfo() == null
        && scheme(address).equals(scheme(base))
        && address.getHost().equalsIgnoreCase(base.getHost())
        && port(address) == port(base);
  }

  /**
   * Returns an address that may be asked.
   *
   * @throws MillraceException ING-033 for any other
   */
  URI check(URI address) {
    if (isBase(address) || isOther(address)) {
      return address;
    }
    throw ApiProblem.of(
        IngestError.ING_033_API_HOST_NOT_ALLOWED,
        "source %s: the API at %s leads to %s://%s:%d, which is neither its own host nor allowed."
            + " If that host is trusted, add it to allow-hosts.",
        source,
        base.getHost(),
        scheme(address),
        address.getHost(),
        port(address));
  }

  private boolean isOther(URI address) {
    String host = address.getHost();
    if (host == null || address.getRawUserInfo() != null) {
      return false;
    }
    String name = host.toLowerCase(Locale.ROOT);
    boolean secure = scheme(address).equals("https");
    return (secure || (scheme(address).equals("http") && scheme(base).equals("http")))
        && (others.contains(name + ":" + port(address))
            || (others.contains(name) && port(address) == (secure ? 443 : 80)));
  }

  private static String scheme(URI address) {
    return address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
  }

  private static int port(URI address) {
    if (address.getPort() != -1) {
      return address.getPort();
    }
    return scheme(address).equals("https") ? 443 : 80;
  }
}
