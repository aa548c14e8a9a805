package io.millrace.runtime;

import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Requests that are refused are told why, whatever they accept. */
public class Refusals {

  /**
   * Why a request is refused.
   *
   * @param message what is wrong with it
   */
  public record Refusal(@Nullable String message) {}

  @ServerExceptionMapper
  public Response notFound(NotFoundException e) {
    return told(e.getResponse().getStatus(), e.getMessage());
  }

  @ServerExceptionMapper
  public Response badRequest(BadRequestException e) {
    return told(e.getResponse().getStatus(), e.getMessage());
  }

  private static Response told(int status, @Nullable String message) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .entity(new Refusal(message))
        .build();
  }
}
