package io.millrace.local;

import io.millrace.contracts.error.MillraceException;
import io.millrace.local.process.Speaks;
import java.io.PrintStream;
import java.nio.file.Path;

/** Runs the whole stack until it is told to stop: {@code StackMain DATA-FOLDER [PORT-BASE]}. */
@Speaks
public final class StackMain {
  private static final int FAILED = 1;

  private StackMain() {}

  /** Exits with 1 and one message when the stack does not start, or when a child dies. */
  public static void main(String[] args) throws InterruptedException {
    PrintStream out = System.out;
    StackSpec spec = StackSpec.all(Path.of(args[0]));
    if (args.length > 1) {
      spec = spec.withPortBase(Integer.parseInt(args[1]));
    }
    try (Stack stack = Stack.start(spec, out::println)) {
      Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "stack-stop"));
      out.println("The stack is ready; Ctrl-C stops it");
      stack.awaitEnd();
    } catch (MillraceException e) {
      System.err.println(e.getMessage());
      System.exit(FAILED);
    }
  }
}
