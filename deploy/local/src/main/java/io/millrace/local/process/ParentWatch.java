package io.millrace.local.process;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * The main class of every Java child: runs another class's {@code main} and halts this process at
 * once when the launcher is gone.
 *
 * <p>The launcher holds the writing end of this process's standard input and never writes. The
 * kernel closes it when the launcher ends, however it ends, so the end of input is the sign. Unlike
 * a watched process id it cannot be missed, and cannot be taken over by another process.
 */
public final class ParentWatch {
  private static final int PARENT_GONE = 70;

  private ParentWatch() {}

  /** Takes the name of a main class, then its arguments. */
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread.ofPlatform().daemon().name("parent-watch").start(ParentWatch::haltWithTheLauncher);
    String[] rest = Arrays.copyOfRange(args, 1, args.length);
    try {
      Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(args[0] + " ended with an error", e.getCause());
    }
  }

  private static void haltWithTheLauncher() {
    try (InputStream lifeline = new FileInputStream(FileDescriptor.in)) {
      lifeline.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // A broken line is an ended one.
    } finally {
      Runtime.getRuntime().halt(PARENT_GONE);
    }
  }
}
