package io.millrace.cli;

import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.cli.verify.CutTimes;
import io.millrace.cli.verify.Finding;
import io.millrace.cli.verify.KafkaCutTimes;
import io.millrace.cli.verify.Verification;
import io.millrace.contracts.TableName;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.DuckDb;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.warehouse.Table;
import io.millrace.warehouse.Warehouse;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace verify}. */
@Command(
    name = "verify",
    description = "Compares tables in the lake with what their statements say of their inputs.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
public final class VerifyCommand implements Callable<Integer> {
  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "TABLE", description = "one table (default: all)")
  Optional<String> table = Optional.empty();

  @Option(
      names = "--versions",
      paramLabel = "N",
      converter = Count.class,
      description = "also the last N versions of each, at the cuts that they show (default: none)")
  int versions;

  @Override
  public Integer call() {
    Optional<TableName> only = table.map(text -> Names.table(spec, text));
    Folder folder = new Folder(place.warehouse(), System.getenv());
    Optional<RunFile> run = place.run();
    return verify(
        folder.warehouse(run),
        place.lake(),
        run.filter(RunFile::alive),
        only,
        versions,
        finding -> spec.commandLine().getOut().println(finding));
  }

  /** Verifies what runs beside this process; the exit code. */
  public static int verify(RunFile run, Consumer<Finding> said) {
    Warehouse warehouse = new Folder(Path.of(run.warehouse()), Map.of()).beside(run);
    return verify(warehouse, run.lake(), Optional.of(run), Optional.empty(), 0, said);
  }

  private static int verify(
      Warehouse warehouse,
      String lakePlace,
      Optional<RunFile> run,
      Optional<TableName> only,
      int versions,
      Consumer<Finding> said) {
    List<Table> tables =
        warehouse.tables().stream()
            .filter(t -> only.isEmpty() || only.get().equals(t.name()))
            .toList();
    if (tables.isEmpty()) {
      throw new MillraceException(
          CliError.CLI_006_TABLE_UNKNOWN,
          "the warehouse has no table " + only.map(TableName::toString).orElse("at all") + ".");
    }
    Set<Finding.Outcome> outcomes = EnumSet.noneOf(Finding.Outcome.class);
    Topics topics = new Topics(warehouse.settings().topicPrefix());
    try (KafkaTimes times = KafkaTimes.of(run, topics);
        Lake lake = LakeLocation.of(lakePlace, System.getenv()).open();
        DuckDb duckDb = DuckDb.sandbox(lake.root(), DuckDb.Limits.small())) {
      Verification verification = new Verification(lake, duckDb, times.times());
      for (Table each : tables) {
        Finding finding = verification.of(each, versions);
        said.accept(finding);
        outcomes.add(finding.outcome());
      }
    }
    if (outcomes.contains(Finding.Outcome.WRONG)) {
      return ExitCode.DATA;
    }
    return outcomes.contains(Finding.Outcome.FAILED) ? ExitCode.FAILED : ExitCode.OK;
  }

  /** The cut log of a run, or nothing. */
  private record KafkaTimes(Optional<KafkaCutTimes> log) implements AutoCloseable {
    static KafkaTimes of(Optional<RunFile> run, Topics topics) {
      return new KafkaTimes(
          run.map(r -> new KafkaCutTimes(new KafkaConnection(r.kafka(), Map.of()), topics.cuts())));
    }

    CutTimes times() {
      return log.<CutTimes>map(l -> l).orElse(CutTimes.UNKNOWN);
    }

    @Override
    public void close() {
      log.ifPresent(KafkaCutTimes::close);
    }
  }
}
