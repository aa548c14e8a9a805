package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

class ObjectListingTest {
  private static final int COMMITS = 10_000;
  private static final int PAGE = 1_000;

  @TempDir Path directory;
  private int pages;

  /** A store whose bucket holds the log of a table with many commits. */
  private final class Store implements S3Client {
    @Override
    public ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
      pages++;
      String after =
          request.continuationToken() == null ? request.startAfter() : request.continuationToken();
      List<S3Object> objects =
          IntStream.range(0, COMMITS)
              .mapToObj("lake/dim/customer/_delta_log/%020d.json"::formatted)
              .filter(key -> key.startsWith(request.prefix()))
              .filter(key -> after == null || key.compareTo(after) > 0)
              .limit(PAGE)
              .map(key -> S3Object.builder().key(key).size(1L).lastModified(Instant.EPOCH).build())
              .toList();
      boolean more = objects.size() == PAGE;
      return ListObjectsV2Response.builder()
          .contents(objects)
          .isTruncated(more)
          .nextContinuationToken(more ? objects.getLast().key() : null)
          .build();
    }

    @Override
    public String serviceName() {
      return "s3";
    }

    @Override
    public void close() {}
  }

  private ObjectFiles files() throws Exception {
    FileCache cache = new FileCache(directory, 1, Clock.systemUTC());
    return new ObjectFiles(new ObjectStore(new Store(), "bucket", "lake/"), directory, cache);
  }

  @Test
  void asksForTheBeginningOfALongLogOnly() throws Exception {
    try (Lake lake = new Lake(directory, Clock.systemUTC(), files())) {
      assertThat(lake.exists(LakeFixture.NAME)).isTrue();
    }
    assertThat(pages).isOne();
  }

  @Test
  void listsFromAFileToTheEnd() throws Exception {
    Path log = directory.resolve("dim/customer/_delta_log");
    int first = COMMITS - 2 * PAGE - 1;
    try (ObjectFiles files = files();
        var found = files.listFrom(log.resolve("%020d.json".formatted(first)).toString())) {
      for (int version = first; version < COMMITS; version++) {
        assertThat(found.next().getPath()).endsWith("%020d.json".formatted(version));
      }
      assertThat(found.hasNext()).isFalse();
      assertThatThrownBy(() -> files.listFrom(directory.resolve("dim/other/0").toString()))
          .isInstanceOf(FileNotFoundException.class);
    }
  }
}
