package io.millrace.cli;

import io.millrace.cli.position.LakePositions;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.lake.TableHistory;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace at}. */
@Command(
    name = "at",
    description =
        "Says which version of each table shows a cut, from their logs alone: what other engines"
            + " read at these versions fits together. Fails when a table that was named cannot be"
            + " read at it.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class AtCommand implements Callable<Integer> {
  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(index = "0", paramLabel = "CUT", description = "A cut's number.")
  long cut;

  @Parameters(index = "1..*", paramLabel = "TABLE", description = "Tables (default: all).")
  List<String> tables = List.of();

  @Option(
      names = "--lake",
      paramLabel = "PATH",
      description = "The lake, instead of that of --dir.")
  Optional<String> lake = Optional.empty();

  @Override
  public Integer call() {
    try (Lake opened = LakeLocation.of(lake.orElseGet(place::lake), System.getenv()).open()) {
      LakePositions positions = new LakePositions(opened);
      List<TableName> names =
          tables.isEmpty()
              ? opened.tables()
              : tables.stream().map(t -> Names.table(spec, t)).toList();
      TextTable lines = new TextTable(List.of("table", "version", "its cut", "why"), List.of(1, 2));
      boolean all = true;
      for (TableName name : names) {
        List<String> line = line(positions, name);
        all &= line.getLast().isEmpty();
        lines.row(line);
      }
      lines.lines().forEach(spec.commandLine().getOut()::println);
      if (names.isEmpty()) {
        spec.commandLine().getOut().println("the lake " + opened.root() + " has no tables");
      }
      return all || tables.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  private List<String> line(LakePositions positions, TableName name) {
    TableHistory history = positions.table(name).history();
    if (!positions.of(name, cut).isRightAt(cut)) {
      return List.of(name.toString(), "", "", "is not right at this cut");
    }
    try {
      OptionalLong version = history.versionAt(cut);
      return version.isEmpty()
          ? List.of(name.toString(), "", "", "began later")
          : List.of(
              name.toString(),
              String.valueOf(version.getAsLong()),
              String.valueOf(history.watermarkAt(version.getAsLong()).cut()),
              "");
    } catch (MillraceException e) {
      if (e.errorCode() != LakeError.LK_011_HISTORY_GONE) {
        throw e;
      }
      return List.of(name.toString(), "", "", "the log begins later");
    }
  }
}
