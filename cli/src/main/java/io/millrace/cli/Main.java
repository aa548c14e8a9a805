package io.millrace.cli;

import io.millrace.contracts.error.MillraceException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The {@code millrace} command; the embedded stack adds its own to these. */
@Command(
    name = "millrace",
    description = "Keeps a Kimball warehouse fresh on Delta Lake.",
    mixinStandardHelpOptions = true,
    version = "millrace 0.1.0",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:fine",
      "1:failure",
      "2:wrong arguments",
      "3:a table misses its target lag",
      "4:a table's rows are wrong"
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      InitCommand.class,
      ValidateCommand.class,
      ExplainCommand.class,
      LineageCommand.class,
      PlanCommand.class,
      StatusCommand.class,
      SqlCommand.class,
      AtCommand.class,
      TableCommand.class,
      VerifyCommand.class,
      CreateCommand.class,
      AlterCommand.class,
      RebuildCommand.class,
      DropCommand.class,
      RewindCommand.class,
      EraseCommand.class,
      OrderCommand.Suspend.class,
      OrderCommand.Resume.class,
      OrderCommand.Refresh.class,
      DescribeCommand.class,
      HistoryCommand.class,
      DeadLettersCommand.class,
      HelpCommand.class
    })
public final class Main {

  /** All commands that need nothing but a lake, Kafka or running services. */
  public static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((e, command, parsed) -> {
          if (e instanceof MillraceException known) {
            say(command.getErr(), known);
            return ExitCode.FAILED;
          }
          throw e;
        });
  }

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  private static void say(PrintWriter err, MillraceException e) {
    err.println(e.getMessage());
    Throwable cause = e.getCause();
    String words = cause == null ? null : cause.getMessage();
    String first = words == null ? "" : words.lines().findFirst().orElse("");
    if (!e.getMessage().contains(first)) {
      err.println("  cause: " + first);
    }
  }
}
