package io.millrace.runtime;

import io.millrace.contracts.error.MillraceException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/** Starts a service, unless its settings cannot be: then a line for each says what is wrong. */
@QuarkusMain
@Speaks // nothing that writes a log has started yet
public final class Main {
  private Main() {}

  public static void main(String... args) {
    List<MillraceException> problems = EnvironmentCheck.problems(System.getenv());
    if (problems.isEmpty()) {
      Quarkus.run(args);
      return;
    }
    problems.forEach(problem -> System.err.println(problem.getMessage()));
    System.exit(1);
  }
}
