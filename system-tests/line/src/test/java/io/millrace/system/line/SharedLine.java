package io.millrace.system.line;

import io.millrace.local.Progress;
import io.millrace.local.shop.ShopLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts the shared line when it is first asked for and ends it after the last test of all. */
final class SharedLine implements ParameterResolver {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType() == Line.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
    return test.getRoot()
        .getStore(Namespace.create(SharedLine.class))
        .computeIfAbsent(Running.class, key -> Running.start(), Running.class)
        .line();
  }

  /** The line and its folder, which go together. */
  private record Running(Line line, Path folder) implements AutoCloseable {

    static Running start() {
      try {
        Path folder = Files.createTempDirectory("millrace-line");
        Line line = new Line(folder, Path.of("src/test/resources/protocol").toAbsolutePath());
        ShopLoader.load(line.stack.postgres(), ShopLoader.SMALL, Progress.silent());
        // A cut that a paused ingest has not sent yet is still sent when it goes on: TakeoverIT.
        line.set("MP_MESSAGING_OUTGOING_CUT_DELIVERY_TIMEOUT_MS", "300000");
        line.startAll();
        line.awaitShown(Clock.systemUTC().instant(), LIMIT);
        return new Running(line, folder);
      } catch (IOException e) {
        throw new AssertionError("the shared line does not start", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while the shared line started", e);
      }
    }

    @Override
    public void close() throws IOException {
      line.close();
      LocalFolder.delete(folder);
    }
  }
}
