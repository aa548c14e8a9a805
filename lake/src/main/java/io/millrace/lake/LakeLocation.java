package io.millrace.lake;

import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Where a lake is.
 *
 * @param place path on the local disk, or {@code s3://bucket/prefix}
 * @param image folder for local copies of a lake in an object store; may be empty or lost
 * @param imageBytesMax about the size that the copies are kept to
 * @param endpoint base URL of an S3-compatible store; null for AWS itself
 */
public record LakeLocation(String place, Path image, long imageBytesMax, @Nullable URI endpoint) {
  /** Size of the copies unless set. */
  public static final long USUAL_IMAGE_BYTES = 10L << 30;

  private static final String S3 = "s3://";

  /**
   * A lake as the environment tells: {@code MILLRACE_S3_ENDPOINT}, {@code
   * MILLRACE_LAKE_CACHE_BYTES}; its copies are in the folder for temporary files, shared by all who
   * ask for the same place.
   */
  public static LakeLocation of(String place, Map<String, String> environment) {
    String endpoint = environment.get("MILLRACE_S3_ENDPOINT");
    String bytes = environment.get("MILLRACE_LAKE_CACHE_BYTES");
    String image = "millrace-lake-" + Long.toHexString(LiveFiles.ordinal(place));
    return new LakeLocation(
        place,
        Path.of(System.getProperty("java.io.tmpdir"), image),
        bytes == null ? USUAL_IMAGE_BYTES : Long.parseLong(bytes),
        endpoint == null ? null : URI.create(endpoint));
  }

  /** Whether a lake's place is in an object store. */
  public static boolean isObjectStore(String place) {
    return place.toLowerCase(Locale.ROOT).startsWith(S3);
  }

  /**
   * Opens the lake. Credentials and region are those that the AWS SDK finds: {@code
   * AWS_ACCESS_KEY_ID}, {@code AWS_REGION}, profiles, the machine's role.
   *
   * @throws MillraceException LK-003 when the place cannot be one
   */
  public Lake open() {
    if (!isObjectStore(place)) {
      return new Lake(Path.of(place));
    }
    String[] parts = place.substring(S3.length()).split("/", 2);
    if (parts[0].isEmpty()) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "lake " + place + " names no bucket. Write s3://bucket/prefix.");
    }
    String prefix = parts.length == 1 ? "" : parts[1].replaceAll("/+$", "");
    Path root = image.toAbsolutePath().normalize();
    Clock clock = Clock.systemUTC();
    try {
      FileCache cache = new FileCache(root, imageBytesMax, clock);
      ObjectStore store =
          new ObjectStore(client(endpoint), parts[0], prefix.isEmpty() ? "" : prefix + "/");
      return new Lake(root, clock, new ObjectFiles(store, root, cache));
    } catch (IOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "copies of lake " + place + " cannot be kept in " + root + ". Is it writable?",
          e);
    }
  }

  /** Plain checksums and paths are what every compatible store understands. */
  static S3Client client(@Nullable URI endpoint) {
    S3ClientBuilder client =
        S3Client.builder()
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    if (endpoint == null) {
      return client.build();
    }
    String region = System.getenv("AWS_REGION");
    return client
        .endpointOverride(endpoint)
        .forcePathStyle(true)
        .region(Region.of(region == null ? "us-east-1" : region))
        .build();
  }
}
