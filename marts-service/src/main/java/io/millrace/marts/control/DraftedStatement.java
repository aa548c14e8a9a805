package io.millrace.marts.control;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.AvroRows;
import io.millrace.runtime.RuntimeConfig;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.WarehouseFolder;
import io.millrace.warehouse.raw.RawSchemas;
import io.millrace.warehouse.statement.StatementHead;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;

/** Says what would be wrong with the warehouse folder, had it a statement. Writes nothing. */
@ApplicationScoped
public class DraftedStatement {
  private final RuntimeConfig config;
  private final SchemaRegistry registry;

  DraftedStatement(RuntimeConfig config, SchemaRegistry registry) {
    this.config = config;
    this.registry = registry;
  }

  /**
   * Reads the folder as it is now, with the statement in its place.
   *
   * @throws MillraceException when the registry does not answer
   */
  Validation check(String statement) {
    Topics topics = new Topics(config.topicPrefix());
    RawSchemas registered =
        (source, resource) ->
            registry
                .latest(topics.raw(source, resource) + "-value")
                .map(r -> AvroRows.rowOf(AvroRows.rowRecord(r.schema())));
    return WarehouseFolder.read(
        config.warehouse(),
        registered,
        new WarehouseFolder.Reading(
            System.getenv(), true, Map.of(StatementHead.file(statement), statement)));
  }
}
