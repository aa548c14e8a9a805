package io.millrace.runtime;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.RowSchema;
import io.millrace.lake.UnpackedLibrary;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.raw.LivePostgres;
import io.millrace.warehouse.raw.RawSchemas;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Loads the warehouse folder, and waits as long as all that is wrong with it is that a raw schema
 * is not known yet, or that what knows it does not answer.
 */
@ApplicationScoped
public class WarehouseLoader {
  private static final Logger LOG = Logger.getLogger("millrace");

  private final RuntimeConfig config;
  private final SchemaRegistry registry;
  private final StatusBoard board;

  WarehouseLoader(RuntimeConfig config, SchemaRegistry registry, StatusBoard board) {
    this.config = config;
    this.registry = registry;
    this.board = board;
  }

  /**
   * The valid warehouse.
   *
   * @throws MillraceException with the first problem's code and every problem's line, when the
   *     folder is not valid
   */
  Warehouse load(ServiceMain.SchemaSource schemaSource) throws InterruptedException {
    Retry retry = new Retry();
    String said = "";
    while (true) {
      String waitingFor;
      try {
        Validation validation = read(schemaSource);
        UnpackedLibrary.remove();
        if (validation.warehouse().isPresent()) {
          return validation.warehouse().get();
        }
        waitingFor = onlyWaiting(validation);
      } catch (MillraceException e) {
        if (e.errorCode().response() != ErrorCode.Response.RETRY) {
          throw e;
        }
        waitingFor = e.getMessage();
      }
      board.waiting(waitingFor);
      if (!waitingFor.equals(said)) {
        LOG.infof("waiting: %s", waitingFor);
        said = waitingFor;
      }
      Retry.pause(retry.next());
    }
  }

  /** What it waits for if waiting may help, else throws. */
  private static String onlyWaiting(Validation validation) {
    List<Problem> real =
        validation.problems().stream()
            .filter(p -> p.code().response() != ErrorCode.Response.RETRY)
            .toList();
    if (!real.isEmpty()) {
      StringBuilder lines = new StringBuilder("the warehouse folder has problems:");
      real.forEach(p -> lines.append('\n').append(p));
      throw new MillraceException(real.getFirst().code(), lines.toString());
    }
    return validation.problems().isEmpty()
        ? String.join("; ", validation.unchecked())
        : validation.problems().getFirst().toString();
  }

  /**
   * A service that only reads the registry does not need what sources need: unset variables of
   * sources are no problem to it.
   */
  private Validation read(ServiceMain.SchemaSource schemaSource) {
    Map<String, String> env = System.getenv();
    return switch (schemaSource) {
      case REGISTRY ->
          WarehouseFolder.read(
              config.warehouse(), this::registered, new WarehouseFolder.Reading(env, true));
      case REGISTRY_THEN_LIVE -> {
        var reading = new WarehouseFolder.Reading(env, false);
        RawSchemas live =
            new LivePostgres(WarehouseFolder.sources(config.warehouse(), reading), env);
        RawSchemas registered = this::registered;
        yield WarehouseFolder.read(config.warehouse(), registered.orElse(live), reading);
      }
    };
  }

  private Optional<RowSchema> registered(String source, String resource) {
    return registry
        .latest(new Topics(config.topicPrefix()).raw(source, resource) + "-value")
        .map(r -> AvroRows.rowOf(AvroRows.rowRecord(r.schema())));
  }
}
