package io.millrace.local.shop;

import io.millrace.contracts.error.MillraceException;
import io.millrace.local.Part;
import io.millrace.local.Stack;
import io.millrace.local.StackSpec;
import io.millrace.local.process.Speaks;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * Runs PostgreSQL with the demo shop and its workload until it is told to stop: {@code ShopMain
 * DATA-FOLDER [SCALE [SEED]]}.
 */
@Speaks
public final class ShopMain {
  private static final int FAILED = 1;

  private ShopMain() {}

  /** Exits with 1 and one message when the shop cannot be started, or when its database refuses. */
  public static void main(String[] args) throws InterruptedException {
    PrintStream out = System.out;
    double scale = args.length > 1 ? Double.parseDouble(args[1]) : ShopLoader.SMALL;
    long seed = args.length > 2 ? Long.parseLong(args[2]) : new SecureRandom().nextInt();
    try (Stack stack = Stack.start(StackSpec.of(Path.of(args[0]), Part.POSTGRES), out::println)) {
      Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "stack-stop"));
      ShopLoader.load(stack.postgres(), scale, out::println);
      try (ShopWorkload workload =
          ShopWorkload.start(stack.postgres(), ShopWorkload.Settings.usual(seed), out::println)) {
        workload.awaitEnd();
      }
    } catch (MillraceException e) {
      System.err.println(e.getMessage());
      System.exit(FAILED);
    }
  }
}
