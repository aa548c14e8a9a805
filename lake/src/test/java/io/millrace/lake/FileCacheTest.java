package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCacheTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;
  private Instant now = START;

  private final Clock clock =
      new Clock() {
        @Override
        public ZoneOffset getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };

  private Path copy(String name, int bytes) throws IOException {
    Path file = directory.resolve(name);
    Files.write(file, new byte[bytes]);
    Files.setLastModifiedTime(file, FileTime.from(now));
    return file;
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  @Test
  void takesAwayWhatWasNotUsedForLongest() throws Exception {
    FileCache cache = new FileCache(directory, 100, clock);
    Path first = copy("first", 40);
    cache.use(first, 40);
    pass(Duration.ofMinutes(1));
    Path second = copy("second", 40);
    cache.use(second, 40);
    pass(Duration.ofHours(1));
    cache.use(first, 40);
    cache.use(copy("third", 40), 40);
    assertThat(second).doesNotExist();
    assertThat(first).exists();
    assertThat(cache.bytes()).isEqualTo(80);
  }

  @Test
  void sparesWhatAQueryMayBeAboutToRead() throws Exception {
    FileCache cache = new FileCache(directory, 100, clock);
    Path first = copy("first", 90);
    cache.use(first, 90);
    pass(Duration.ofMinutes(5));
    Path second = copy("second", 90);
    cache.use(second, 90);
    assertThat(first).exists();
    pass(Duration.ofMinutes(6));
    cache.use(second, 90);
    assertThat(first).doesNotExist();
    assertThat(cache.bytes()).isEqualTo(90);
  }

  @Test
  void takesUpWhatAnEarlierProcessLeftAndClearsItsRemains() throws Exception {
    Path whole = copy("whole", 60);
    Path half = copy(".half.tmp", 60);
    pass(Duration.ofDays(2));
    Path young = copy(".young.tmp", 60);
    FileCache cache = new FileCache(directory, 100, clock);
    assertThat(cache.bytes()).isEqualTo(60);
    assertThat(half).doesNotExist();
    assertThat(young).exists();
    cache.use(copy("next", 60), 60);
    assertThat(whole).doesNotExist();
  }

  @Test
  void sparesWhatAnotherProcessUses() throws Exception {
    FileCache cache = new FileCache(directory, 100, clock);
    FileCache other = new FileCache(directory, 100, clock);
    Path shared = copy("shared", 90);
    cache.use(shared, 90);
    pass(Duration.ofMinutes(15));
    other.use(shared, 90);
    cache.use(copy("own", 90), 90);
    assertThat(shared).exists();
    pass(Duration.ofMinutes(15));
    cache.use(copy("more", 10), 10);
    assertThat(shared).doesNotExist();
  }

  @Test
  void countsWhatOtherProcessesBring() throws Exception {
    FileCache cache = new FileCache(directory, 100, clock);
    FileCache other = new FileCache(directory, 100, clock);
    Path theirs = copy("theirs", 90);
    other.use(theirs, 90);
    pass(Duration.ofMinutes(15));
    Path own = copy("own", 90);
    cache.use(own, 90);
    assertThat(theirs).doesNotExist();
    assertThat(own).exists();
    assertThat(cache.bytes()).isEqualTo(90);
  }

  @Test
  void saysThatACopyIsGone() throws Exception {
    FileCache cache = new FileCache(directory, 100, clock);
    assertThatThrownBy(() -> cache.use(directory.resolve("gone"), 9))
        .isInstanceOf(NoSuchFileException.class);
  }
}
