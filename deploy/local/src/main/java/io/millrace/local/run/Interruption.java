package io.millrace.local.run;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM as an interrupt of the thread that made this: it ends by itself what it began,
 * and the process waits for it.
 */
final class Interruption implements AutoCloseable {
  private static final long LIMIT_SECONDS = 45;

  private final Thread worker = Thread.currentThread();
  private final CountDownLatch done = new CountDownLatch(1);

  Interruption() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "millrace-stop"));
  }

  /** What was begun has ended. */
  @Override
  public void close() {
    done.countDown();
  }

  private void stop() {
    if (done.getCount() == 0) {
      return;
    }
    worker.interrupt();
    try {
      var _ = done.await(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
