package io.millrace.runtime;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/v1/...}: what the service says of itself and its tables or sources. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
public class StatusResource {
  private final StatusBoard board;
  private final RuntimeConfig config;

  StatusResource(StatusBoard board, RuntimeConfig config) {
    this.board = board;
    this.config = config;
  }

  /**
   * The whole status.
   *
   * @param service which service
   * @param started whether its loops run
   * @param waitingFor what it waits for before it can start
   * @param error why it cannot go on
   * @param tables its tables
   * @param sources its sources
   */
  public record Status(
      String service,
      boolean started,
      @Nullable String waitingFor,
      @Nullable String error,
      Collection<TableStatus> tables,
      Collection<SourceStatus> sources) {}

  @GET
  @Path("/status")
  public Status status() {
    StatusBoard.ServiceState state = board.state();
    return new Status(
        config.service(),
        state.started(),
        state.waitingFor(),
        state.error(),
        board.tables().values(),
        board.sources().values());
  }

  @GET
  @Path("/tables")
  public Collection<TableStatus> tables() {
    return board.tables().values();
  }

  @GET
  @Path("/tables/{name}")
  public TableStatus table(@PathParam("name") String name) {
    return found(board.tables().get(name), "table", name);
  }

  @GET
  @Path("/sources")
  public Collection<SourceStatus> sources() {
    return board.sources().values();
  }

  @GET
  @Path("/sources/{name}")
  public SourceStatus source(@PathParam("name") String name) {
    return found(board.sources().get(name), "source", name);
  }

  private static <T> T found(@Nullable T value, String kind, String name) {
    if (value == null) {
      throw new NotFoundException("no " + kind + " " + name + " here");
    }
    return value;
  }
}
