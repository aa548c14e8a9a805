package io.millrace.runtime;

import io.millrace.contracts.Environment;
import io.millrace.contracts.OrderToken;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.RuntimeError;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Where a token is set, answers 401 to every request that does not carry it, but to those that only
 * read. Which they are is told by the method alone, so that a resource that is new is guarded too.
 */
public class OrderGuard {
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  private final Optional<OrderToken> token;

  OrderGuard(RuntimeConfig config) {
    this.token = config.orderToken().map(OrderToken::new);
  }

  /**
   * Why a request is refused.
   *
   * @param code RUN-003
   * @param message what is missing, and where it comes from
   */
  public record Refused(String code, String message) {}

  /** Before a resource is looked for: who may not order is not told what could be. */
  @ServerRequestFilter(preMatching = true)
  public Optional<Response> guard(ContainerRequestContext request) {
    return refusal(token, request.getMethod(), request.getHeaderString(HttpHeaders.AUTHORIZATION))
        .map(refused ->
            Response.status(Response.Status.UNAUTHORIZED)
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(refused)
                .build());
  }

  /** Why such a request is refused; empty: it is not. */
  static Optional<Refused> refusal(
      Optional<OrderToken> token, String method, @Nullable String authorization) {
    if (READING.contains(method) || token.isEmpty() || token.get().isIn(authorization)) {
      return Optional.empty();
    }
    MillraceException why =
        new MillraceException(
            RuntimeError.RUN_003_ORDER_WITHOUT_TOKEN,
            "this service takes orders only with its token, and the request carries %s. Send 'Authorization: Bearer TOKEN' with the token that the service has in %2$s; the millrace command sends the one in %2$s where it is called."
                .formatted(
                    authorization == null ? "none" : "another", Environment.MILLRACE_ORDER_TOKEN));
    return Optional.of(new Refused(why.errorCode().code(), why.getMessage()));
  }
}
