package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

class SlowBringTest {
  private static final int FILES = 40;
  private static final int BYTES = 10;

  @TempDir Path directory;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now.get();
        }
      };

  /** A store that takes a minute a file. */
  private final class Store implements S3Client {
    @Override
    public GetObjectResponse getObject(GetObjectRequest request, Path target) {
      try {
        Files.write(target, new byte[BYTES]);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      now.updateAndGet(at -> at.plus(Duration.ofMinutes(1)));
      return GetObjectResponse.builder().build();
    }

    @Override
    public String serviceName() {
      return "s3";
    }

    @Override
    public void close() {}
  }

  @Test
  void holdsAllFilesOfATableThatIsLargerThanTheBoundAndTakesLong() throws Exception {
    FileCache cache = new FileCache(directory, BYTES, clock);
    ObjectStore store = new ObjectStore(new Store(), "bucket", "lake/");
    try (ObjectFiles files = new ObjectFiles(store, directory, cache)) {
      Map<Path, Long> sizes = new LinkedHashMap<>();
      for (int i = 0; i < FILES; i++) {
        sizes.put(directory.resolve("dim/customer/part-" + i), (long) BYTES);
      }
      files.bring(sizes);
      assertThat(sizes.keySet()).allSatisfy(file -> assertThat(file).exists());
      now.updateAndGet(at -> at.plus(Duration.ofMinutes(8)));
      files.bring(Map.of(directory.resolve("dim/other/part-0"), (long) BYTES));
      assertThat(sizes.keySet()).allSatisfy(file -> assertThat(file).exists());
      now.updateAndGet(at -> at.plus(Duration.ofMinutes(8)));
      files.bring(Map.of(directory.resolve("dim/other/part-1"), (long) BYTES));
      assertThat(sizes.keySet()).allSatisfy(file -> assertThat(file).doesNotExist());
    }
  }
}
