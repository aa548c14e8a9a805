package io.millrace.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFolderTest {
  @TempDir Path directory;

  @Test
  void dataWhoseDeletionWasBrokenOffAreDeletedAndNotGoneOnWith() throws IOException {
    DemoFolder folder = new DemoFolder(directory.resolve("demo"));
    Path kafka = Files.createDirectories(folder.stack()).resolve("00000.log");
    Files.writeString(kafka, "");
    folder.finishDeleting();
    assertThat(kafka).as("kept data").exists();
    Files.writeString(folder.path().resolve("deleting"), "");
    folder.finishDeleting();
    assertThat(folder.path()).doesNotExist();
  }
}
