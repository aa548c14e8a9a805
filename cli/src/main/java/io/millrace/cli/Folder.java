package io.millrace.cli;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.AvroRows;
import io.millrace.warehouse.Validation;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import io.millrace.warehouse.problem.Problem;
import io.millrace.warehouse.problem.SourceText;
import io.millrace.warehouse.raw.FolderSchemas;
import io.millrace.warehouse.raw.LivePostgres;
import io.millrace.warehouse.raw.RawSchemas;
import io.millrace.warehouse.source.CdcSource;
import io.millrace.warehouse.source.CdcSource.CdcTable;
import io.millrace.warehouse.source.Source;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
   * As {@link #alone}; and whether ingest would capture all tables of the sources, for it stops at
   * one that no statement reads, too.
   */
  Validation checked(boolean offline) {
    Validation validation = alone(offline);
    if (offline) {
      return validation;
    }
    List<Source> sources = WarehouseFolder.sources(path, new WarehouseFolder.Reading(env, false));
    LivePostgres live = new LivePostgres(sources, env);
    List<Problem> problems = new ArrayList<>(validation.problems());
    List<String> unchecked = new ArrayList<>(validation.unchecked());
    for (Source source : sources) {
      if (source instanceof CdcSource cdc) {
        try {
          for (CdcTable table : cdc.tables()) {
            live.refused(cdc, table).ifPresent(why -> problems.add(problem(text(cdc), table, why)));
          }
        } catch (MillraceException e) {
          unchecked.add("the tables of source " + cdc.name() + ": " + e.getMessage());
        }
      }
    }
    return new Validation(
        problems,
        unchecked,
        validation.notices(),
        validation.warehouse().filter(_ -> problems.isEmpty()));
  }

  private SourceText text(CdcSource source) {
    Path yml = Path.of("sources", source.name() + ".yml");
    Path file = Files.exists(path.resolve(yml)) ? yml : Path.of("sources", source.name() + ".yaml");
    try {
      return new SourceText(file, Files.readString(path.resolve(file)));
    } catch (IOException e) {
      return new SourceText(file, "");
    }
  }

  /** What is wrong with a table, where the source's file names it. */
  static Problem problem(SourceText source, CdcTable table, MillraceException why) {
    Matcher named =
        Pattern.compile(
                "\\btables:.*?[^\\w](" + Pattern.quote(table.table()) + ")(?!\\w)", Pattern.DOTALL)
            .matcher(source.text());
    SourceText.Position at = source.at(named.find() ? named.start(1) : 0);
    return new Problem(
        why.errorCode(),
        source.file(),
        at.line(),
        at.column(),
        String.valueOf(why.getMessage()).substring(why.errorCode().code().length() + 1),
        Optional.empty());
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
