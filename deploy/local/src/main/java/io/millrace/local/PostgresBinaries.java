package io.millrace.local;

import io.millrace.contracts.error.LocalError;
import io.millrace.contracts.error.MillraceException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The programs of PostgreSQL, unpacked once from the class path. */
final class PostgresBinaries {
  private static final int OWNER_MAY_RUN = 0100;

  private PostgresBinaries() {}

  /** The folder with {@code bin/postgres}; several launchers may unpack it at once. */
  static Path unpacked(Path folder) throws IOException, InterruptedException {
    String archive = String.format(Locale.ROOT, "/postgres-%s.txz", platform());
    try (InputStream packed = PostgresBinaries.class.getResourceAsStream(archive)) {
      if (packed == null) {
        throw new MillraceException(
            LocalError.LOC_005_PART_NOT_INSTALLED,
            archive
                + " is not on the class path: add the artifact of this platform from"
                + " io.zonky.test.postgres.");
      }
      WholeFolder.make(folder, fresh -> unpack(packed, fresh));
      return folder;
    }
  }

  private static void unpack(InputStream packed, Path folder) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path file = folder.resolve(entry.getName()).normalize();
        if (!file.startsWith(folder)) {
          throw new IOException("The archive has the name " + entry.getName() + ", outside itself");
        }
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else if (entry.isSymbolicLink()) {
          Files.createDirectories(file.getParent());
          Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
          Files.createDirectories(file.getParent());
          Files.copy(tar, file);
          boolean program = (entry.getMode() & OWNER_MAY_RUN) != 0;
          Files.setPosixFilePermissions(
              file, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch");
    return String.format(
        Locale.ROOT,
        "%s-%s",
        system.startsWith("mac") ? "darwin" : system,
        machine.equals("aarch64") ? "arm_64" : "x86_64");
  }
}
