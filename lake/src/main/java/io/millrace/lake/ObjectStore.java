package io.millrace.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The objects of a bucket below a prefix, named by the rest of their keys. An object that must not
 * replace another is put with {@code If-None-Match: *}, which the store decides, whatever process
 * asks. Safe for all threads.
 */
final class ObjectStore implements AutoCloseable {
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICTS_MAX = 20;

  private final S3Client client;
  private final String bucket;
  private final String prefix;

  /**
   * The objects below a prefix.
   *
   * @param prefix empty, or ending with a slash
   */
  ObjectStore(S3Client client, String bucket, String prefix) {
    this.client = client;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  /** An object as listed. */
  record Found(String name, long bytes, Instant modified) {}

  /** What is below a name: objects, and with a delimiter what the names between stand for. */
  record Listing(List<Found> objects, List<String> directories) {}

  /**
   * Lists in the order of names.
   *
   * @param below empty, or a directory that ends with a slash
   * @param after names up to this one are left out
   * @param deep whether objects in directories are listed instead of these
   */
  Listing list(String below, String after, boolean deep) throws IOException {
    return list(below, after, deep, _ -> true);
  }

  /** As {@link #list(String, String, boolean)}, of the objects the wanted ones only. */
  Listing list(String below, String after, boolean deep, Predicate<Found> wanted)
      throws IOException {
    List<Found> objects = new ArrayList<>();
    List<String> directories = new ArrayList<>();
    try {
      for (ListObjectsV2Response page :
          client.listObjectsV2Paginator(request(below, after, deep))) {
        page.contents().stream().map(this::found).filter(wanted).forEach(objects::add);
        page.commonPrefixes()
            .forEach(p -> directories.add(p.prefix().substring(prefix.length() + below.length())));
      }
    } catch (SdkException e) {
      throw failed("listed", below, e);
    }
    return new Listing(objects, directories);
  }

  /**
   * The objects in a directory in the order of their names, asked of the store page by page as they
   * are taken.
   *
   * @param after names up to this one are left out
   * @return throws {@link UncheckedIOException} when the store fails
   */
  Iterator<Found> objects(String directory, String after) {
    Iterator<S3Object> objects =
        client.listObjectsV2Paginator(request(directory, after, false)).contents().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        try {
          return objects.hasNext();
        } catch (SdkException e) {
          throw new UncheckedIOException(failed("listed", directory, e));
        }
      }

      @Override
      public Found next() {
        try {
          return found(objects.next());
        } catch (SdkException e) {
          throw new UncheckedIOException(failed("listed", directory, e));
        }
      }
    };
  }

  private ListObjectsV2Request request(String below, String after, boolean deep) {
    return ListObjectsV2Request.builder()
        .bucket(bucket)
        .prefix(prefix + below)
        .startAfter(after.isEmpty() ? null : prefix + after)
        .delimiter(deep ? null : "/")
        .build();
  }

  private Found found(S3Object object) {
    return new Found(object.key().substring(prefix.length()), object.size(), object.lastModified());
  }

  /** What an object holds; empty when there is none. */
  Optional<Storage.Content> get(String name) throws IOException {
    try {
      ResponseBytes<GetObjectResponse> answer =
          client.getObjectAsBytes(b -> b.bucket(bucket).key(prefix + name));
      return Optional.of(
          new Storage.Content(answer.asByteArrayUnsafe(), answer.response().lastModified()));
    } catch (SdkException e) {
      if (isMissing(e)) {
        return Optional.empty();
      }
      throw failed("read", name, e);
    }
  }

  /**
   * Copies an object to a local file that is not there yet.
   *
   * @throws NoSuchFileException when there is no object
   */
  void download(String name, Path target) throws IOException {
    try {
      var _ = client.getObject(b -> b.bucket(bucket).key(prefix + name), target);
    } catch (SdkException e) {
      if (isMissing(e)) {
        throw new NoSuchFileException(name);
      }
      throw failed("read", name, e);
    }
  }

  /** Size and time of an object; empty when there is none. */
  Optional<Found> head(String name) throws IOException {
    try {
      HeadObjectResponse answer = client.headObject(b -> b.bucket(bucket).key(prefix + name));
      return Optional.of(new Found(name, answer.contentLength(), answer.lastModified()));
    } catch (SdkException e) {
      if (isMissing(e)) {
        return Optional.empty();
      }
      throw failed("looked at", name, e);
    }
  }

  /** Puts an object in the place of one that may be there. */
  void put(String name, byte[] content) throws IOException {
    try {
      var _ =
          client.putObject(
              b -> b.bucket(bucket).key(prefix + name), RequestBody.fromBytes(content));
    } catch (SdkException e) {
      throw failed("written", name, e);
    }
  }

  /**
   * Puts an object that must be the first of its name. An answer can be lost and the request be
   * made twice, so an object that holds the same is ours.
   *
   * @throws FileAlreadyExistsException when there is another
   */
  void putNew(String name, byte[] content) throws IOException {
    if (!putIfAbsent(name, RequestBody.fromBytes(content))
        && !get(name).map(c -> Arrays.equals(c.bytes(), content)).orElse(false)) {
      throw new FileAlreadyExistsException(name);
    }
  }

  /** As {@link #putNew(String, byte[])}; another of this size is taken for ours. */
  void putNew(String name, Path file) throws IOException {
    long bytes = Files.size(file);
    if (!putIfAbsent(name, RequestBody.fromFile(file))
        && !head(name).map(f -> f.bytes() == bytes).orElse(false)) {
      throw new FileAlreadyExistsException(name);
    }
  }

  private boolean putIfAbsent(String name, RequestBody body) throws IOException {
    PutObjectRequest request =
        PutObjectRequest.builder().bucket(bucket).key(prefix + name).ifNoneMatch("*").build();
    for (int i = 0; ; i++) {
      try {
        var _ = client.putObject(request, body);
        return true;
      } catch (SdkException e) {
        int status = e instanceof S3Exception answer ? answer.statusCode() : 0;
        boolean again = status == CONFLICT && i < CONFLICTS_MAX; // another put is under way
        if (status == PRECONDITION_FAILED) {
          return false;
        }
        if (!again) {
          throw failed("written", name, e);
        }
      }
    }
  }

  /** Deletes an object, if there is one. */
  void delete(String name) throws IOException {
    try {
      var _ = client.deleteObject(b -> b.bucket(bucket).key(prefix + name));
    } catch (SdkException e) {
      throw failed("deleted", name, e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private static boolean isMissing(SdkException error) {
    return error instanceof NoSuchKeyException
        || (error instanceof S3Exception answer && answer.statusCode() == NOT_FOUND);
  }

  private IOException failed(String what, String name, SdkException cause) {
    return new IOException(
        "object " + prefix + name + " of bucket " + bucket + " was not " + what, cause);
  }
}
