package io.millrace.local;

import com.sun.security.auth.module.UnixSystem;
import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * As whom PostgreSQL runs: it refuses root. Root runs it in a user namespace where it is nobody,
 * and where namespaces are forbidden (most containers) as the real nobody, who then owns its
 * folder.
 */
enum PostgresUser {
  /** The launcher's own, ordinary user. */
  OWN,
  /** Root, but unknown as such to the program. */
  NAMESPACE,
  /** The system's user without rights. */
  NOBODY;

  private static final int NOBODY_ID = 65534;

  /** The first that works here. */
  static PostgresUser ofThisProcess() throws InterruptedException {
    if (new UnixSystem().getUid() != 0) {
      return OWN;
    }
    for (PostgresUser user : List.of(NAMESPACE, NOBODY)) {
      if (user.works()) {
        return user;
      }
    }
    throw new MillraceException(
        LocalError.LOC_007_ROOT_REFUSED,
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv works here. Start as an"
            + " ordinary user, or install util-linux.");
  }

  /** The command, run as this user. */
  List<String> command(List<String> command) {
    List<String> whole = new ArrayList<>();
    switch (this) {
      case OWN -> {}
      case NAMESPACE -> whole.addAll(List.of("unshare", "--user"));
      case NOBODY ->
          whole.addAll(
              List.of("setpriv", "--reuid=" + NOBODY_ID, "--regid=" + NOBODY_ID, "--clear-groups"));
    }
    whole.addAll(command);
    return whole;
  }

  /** Gives a folder and all in it to this user. */
  void own(Path folder) throws IOException {
    if (this != NOBODY) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.setAttribute(file, "unix:uid", NOBODY_ID);
        Files.setAttribute(file, "unix:gid", NOBODY_ID);
      }
    }
  }

  private boolean works() throws InterruptedException {
    try {
      Process probe =
          new ProcessBuilder(command(List.of("true")))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return probe.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
