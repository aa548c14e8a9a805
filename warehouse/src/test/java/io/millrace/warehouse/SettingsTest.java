package io.millrace.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path temp;

  @Test
  void defaultsNeedOnlyNameAndLake() {
    Warehouse warehouse = new TestFolder(temp).read().orThrow();
    assertThat(warehouse.name()).isEqualTo("test");
    assertThat(warehouse.settings())
        .isEqualTo(
            new Settings(
                "test",
                "./lake",
                Duration.ofSeconds(1),
                Duration.ofDays(7),
                Duration.ofDays(90),
                new TargetLag.Within(Duration.ofMinutes(1)),
                16,
                1_000_000));
  }

  @Test
  void everySettingIsRead() {
    Warehouse warehouse =
        new TestFolder(temp)
            .with(
                "warehouse.yml",
                """
                name: w
                lake: s3://${env:BUCKET:-b}/x
                topic-prefix: p
                cut-interval: 10 s
                retention: 36 hours
                dead-letter-retention: 1 day
                target-lag: downstream
                shards: 4
                publish-limit: 5_000
                """)
            .read()
            .orThrow();
    assertThat(warehouse.settings())
        .isEqualTo(
            new Settings(
                "p",
                "s3://b/x",
                Duration.ofSeconds(10),
                Duration.ofHours(36),
                Duration.ofDays(1),
                new TargetLag.Downstream(),
                4,
                5_000));
  }

  @Test
  void offlineUnsetVariablesAreUncheckedButWithoutALakeThereIsNoWarehouse() {
    TestFolder folder =
        new TestFolder(temp)
            .with(
                "sources/more.yml",
                """
                kind: cdc
                engine: postgres
                host: ${env:NOT_SET_HOST}
                port: ${env:NOT_SET_PORT}
                database: d
                user: u
                password: ${env:P}
                tables: [t]
                """);
    Validation sources = folder.read(true);
    assertThat(sources.unchecked())
        .containsExactly(
            "sources/more.yml:3 the variable NOT_SET_HOST is not set and has no default",
            "sources/more.yml:4 the variable NOT_SET_PORT is not set and has no default");
    assertThat(sources.warehouse()).isPresent();
    Validation lake =
        folder.with("warehouse.yml", "name: test\nlake: ${env:NOT_SET}/lake\n").read(true);
    assertThat(lake.problems()).isEmpty();
    assertThat(lake.warehouse()).isEmpty();
  }
}
