package io.millrace.local.run;

import io.millrace.cli.Main;
import picocli.CommandLine;

/** The {@code millrace} command with all that runs on one machine. */
public final class LocalMain {
  private LocalMain() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return Main.commandLine()
        .addSubcommand(new DemoCommand())
        .addSubcommand(new UpCommand())
        .addSubcommand(new ChaosCommand());
  }
}
