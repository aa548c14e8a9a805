package io.millrace.cli;

import io.millrace.cli.sql.LakeQuery;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace sql}. */
@Command(
    name = "sql",
    description =
        "Runs a SELECT over the lake, all its tables at one cut. Nothing has to run for it.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class SqlCommand implements Callable<Integer> {
  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "SELECT", description = "such as \"SELECT count(*) FROM dim.customer\"")
  String select;

  @Option(names = "--cut", paramLabel = "N", description = "The cut to read at (default: newest).")
  Optional<Long> cut = Optional.empty();

  @Option(
      names = "--as-of",
      paramLabel = "TIME",
      description =
          "Read at the newest cut that all tables showed by then, such as 2026-01-31T12:00:00Z.")
  Optional<Instant> asOf = Optional.empty();

  @Option(
      names = "--lake",
      paramLabel = "PATH",
      description = "The lake, instead of that of --dir.")
  Optional<String> lake = Optional.empty();

  @Option(
      names = {"-o", "--output"},
      description = "text, json or csv",
      defaultValue = "text")
  OutputForm form;

  @Override
  public Integer call() {
    if (cut.isPresent() && asOf.isPresent()) {
      throw new ParameterException(spec.commandLine(), "--cut and --as-of exclude each other");
    }
    LakeQuery.Moment moment =
        asOf.<LakeQuery.Moment>map(LakeQuery.Moment.AsOf::new)
            .or(() -> cut.map(LakeQuery.Moment.Cut::new))
            .orElseGet(LakeQuery.Moment.Newest::new);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    LakeQuery.run(lake.orElseGet(place::lake), select, moment, PrintedRows.of(form, out, err));
    out.flush();
    return ExitCode.OK;
  }
}
