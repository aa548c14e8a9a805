package io.millrace.runtime;

import java.util.Optional;
import org.jboss.logging.Logger;

/** Ends this process when the one that launched it is gone, however that died. */
final class ParentWatch {
  private static final Logger LOG = Logger.getLogger("millrace");

  private ParentWatch() {}

  static void follow(long pid) {
    Optional<ProcessHandle> parent = ProcessHandle.of(pid);
    if (parent.isEmpty()) {
      exit();
    } else {
      var _ = parent.get().onExit().thenRun(ParentWatch::exit);
    }
  }

  private static void exit() {
    LOG.warn("the launcher is gone: stopping");
    Runtime.getRuntime().halt(1);
  }
}
