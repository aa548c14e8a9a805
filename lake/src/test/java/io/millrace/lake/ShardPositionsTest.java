package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardPositionsTest {
  @TempDir Path root;

  @Test
  void areReadAsTheyWereLastWritten() {
    ShardPositions positions = new ShardPositions(root);
    assertThat(positions.readAll()).isEmpty();
    ShardPosition marts =
        new ShardPosition(
            "marts-service",
            0,
            41,
            Map.of("marts.b", 7L, "marts.a", 8L),
            List.of("marts.a", "marts.b"),
            Map.of("marts.a", List.of(30L, 40L)));
    ShardPosition staging =
        new ShardPosition("staging-service", 3, 42, Map.of(), List.of(), Map.of());
    positions.write(new ShardPosition("staging-service", 3, 1, Map.of(), List.of(), Map.of()));
    positions.write(staging);
    positions.write(marts);
    assertThat(new ShardPositions(root).readAll()).containsExactly(marts, staging);
    assertThat(root.resolve("_millrace")).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void areRefusedWhenTheyAreNoPositions() throws Exception {
    Files.createDirectories(root.resolve("_millrace"));
    Files.writeString(root.resolve("_millrace/x-0.json"), "{");
    assertThatThrownBy(() -> new ShardPositions(root).readAll()).hasMessageStartingWith("LK-015");
  }
}
