package io.millrace.runtime;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;
import org.jboss.logging.Logger;

/**
 * The probes. Live: no loop has been silent and idle for five minutes; a broker, registry or source
 * that is away never makes a process dead. Ready: it answers, with or without shards, so a standby
 * is ready. Started: warehouse loaded, loops running.
 */
@ApplicationScoped
public class Health {
  private static final Logger LOG = Logger.getLogger("millrace");
  private static final Duration SILENCE_MAX = Duration.ofMinutes(5);

  private final StatusBoard board;
  private final Clock clock = Clock.systemUTC();

  Health(StatusBoard board) {
    this.board = board;
  }

  @Produces
  @Liveness
  HealthCheck live() {
    return () -> {
      Optional<Map.Entry<String, Instant>> silent = board.mostSilent();
      boolean up =
          silent.isEmpty() || silent.get().getValue().plus(SILENCE_MAX).isAfter(clock.instant());
      if (!up) {
        LOG.errorf(
            "not alive: %s is silent since %s", silent.get().getKey(), silent.get().getValue());
      }
      var response = HealthCheckResponse.named("loops").status(up);
      silent.ifPresent(
          s -> response.withData("most silent", s.getKey() + " since " + s.getValue()));
      return response.build();
    };
  }

  @Produces
  @Readiness
  HealthCheck ready() {
    return () -> HealthCheckResponse.up("http");
  }

  @Produces
  @Startup
  HealthCheck startup() {
    return () -> {
      StatusBoard.ServiceState state = board.state();
      var response = HealthCheckResponse.named("warehouse").status(state.started());
      if (state.waitingFor() != null) {
        response.withData("waiting for", state.waitingFor());
      }
      return response.build();
    };
  }
}
