package io.millrace.cli;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.contracts.Topics;
import io.millrace.contracts.row.AvroRows;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import io.millrace.warehouse.raw.FolderSchemas;
import io.millrace.warehouse.raw.LivePostgres;
import io.millrace.warehouse.raw.RawSchemas;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A warehouse folder, read with raw columns from where they are known: the registry of a run, the
 * folder, the live sources.
 *
 * @param path the folder
 * @param env for its variables
 */
public record Folder(Path path, Map<String, String> env) {
  public Folder {
    env = Map.copyOf(env);
  }

  /** Reads the folder beside a run. */
  public Warehouse beside(RunFile run) {
    try (SchemaRegistry registry = new SchemaRegistry(URI.create(run.registry()))) {
      Topics topics = new Topics(WarehouseYaml.read(path, env).topicPrefix());
      RawSchemas registered =
          (source, resource) ->
              registry
                  .latest(topics.raw(source, resource) + "-value")
                  .map(r -> AvroRows.rowOf(AvroRows.rowRecord(r.schema())));
      return WarehouseFolder.read(
              path,
              registered.orElse(new FolderSchemas(path)),
              new WarehouseFolder.Reading(env, true))
          .orThrow();
    }
  }

  /** Reads the folder by itself; offline, sources are not asked. */
  public Validation alone(boolean offline) {
    WarehouseFolder.Reading reading = new WarehouseFolder.Reading(env, offline);
    RawSchemas kept = new FolderSchemas(path);
    RawSchemas live =
        offline ? RawSchemas.NONE : new LivePostgres(WarehouseFolder.sources(path, reading), env);
    return WarehouseFolder.read(path, kept.orElse(live), reading);
  }

  /** As {@link #beside} when the run is alive, else {@link #alone}. */
  public Warehouse warehouse(Optional<RunFile> run) {
    return run.filter(RunFile::alive).map(this::beside).orElseGet(() -> alone(false).orThrow());
  }
}
