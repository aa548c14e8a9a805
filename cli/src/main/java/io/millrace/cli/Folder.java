package io.millrace.cli;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.AvroRows;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import io.millrace.warehouse.raw.FolderSchemas;
import io.millrace.warehouse.raw.LivePostgres;
import io.millrace.warehouse.raw.RawSchemas;
import io.millrace.warehouse.source.Source;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A warehouse folder, read with raw columns from where they are known: the registry of a run, the
 * live sources, what an earlier run kept in the folder.
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
    Topics topics = topics();
    try (SchemaRegistry registry = new SchemaRegistry(URI.create(run.registry()))) {
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

  /** Keeps the raw columns of a run in the folder, for when its registry is gone. */
  public void keepSchemas(RunFile run) {
    FolderSchemas kept = new FolderSchemas(path);
    Topics topics = topics();
    try (SchemaRegistry registry = new SchemaRegistry(URI.create(run.registry()))) {
      for (Source source : WarehouseFolder.sources(path, new WarehouseFolder.Reading(env, true))) {
        for (String resource : source.resourceNames()) {
          registry
              .latest(topics.raw(source.name(), resource) + "-value")
              .ifPresent(r -> kept.keep(source.name(), resource, r.schema()));
        }
      }
    }
  }

  /**
   * Reads the folder by itself. Offline, no source is asked: columns are those that were kept.
   * Otherwise sources are asked first, and what was kept counts while one does not answer.
   */
  public Validation alone(boolean offline) {
    WarehouseFolder.Reading reading = new WarehouseFolder.Reading(env, offline);
    RawSchemas kept = new FolderSchemas(path);
    if (offline) {
      return WarehouseFolder.read(path, kept, reading);
    }
    RawSchemas live = new LivePostgres(WarehouseFolder.sources(path, reading), env);
    return WarehouseFolder.read(
        path,
        (source, resource) -> {
          try {
            return live.orElse(kept).of(source, resource);
          } catch (MillraceException e) {
            return Optional.of(kept.of(source, resource).orElseThrow(() -> e));
          }
        },
        reading);
  }

  /**
   * What would be wrong with the folder, offline, if a file had another text.
   *
   * @param file by its path in the folder
   */
  public Validation draft(Path file, String text) {
    return WarehouseFolder.read(
        path, new FolderSchemas(path), new WarehouseFolder.Reading(env, true, Map.of(file, text)));
  }

  /**
   * As {@link #beside} when the run is alive. When it has ended, with the columns that it kept:
   * what sources need, variables or a running database, is not needed then.
   */
  public Warehouse warehouse(Optional<RunFile> run) {
    if (run.isPresent() && run.get().alive()) {
      return beside(run.get());
    }
    Validation kept = alone(true);
    return run.isPresent() && kept.warehouse().isPresent()
        ? kept.orThrow()
        : alone(false).orThrow();
  }

  private Topics topics() {
    return new Topics(WarehouseYaml.read(path, env).topicPrefix());
  }
}
