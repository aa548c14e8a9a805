package io.millrace.local.run;

import io.millrace.local.process.JavaCommand;
import java.nio.file.Path;

/** Where Millrace was built: what the launcher says, else the folder that our jar lies in. */
final class Home {
  private Home() {}

  /** The root of the build. */
  static Path path() {
    String said = System.getProperty("millrace.home", "");
    return said.isEmpty()
        ? JavaCommand.placeOf(Home.class).resolve("../../../..").normalize()
        : Path.of(said);
  }
}
