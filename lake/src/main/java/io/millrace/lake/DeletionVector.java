package io.millrace.lake;

import io.delta.kernel.internal.actions.DeletionVectorDescriptor;
import io.delta.kernel.internal.deletionvectors.Base85Codec;
import io.delta.kernel.internal.deletionvectors.DeletionVectorUtils;
import io.delta.kernel.internal.deletionvectors.RoaringBitmapArray;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32;
import org.roaringbitmap.RoaringBitmap;

/**
 * The rows of a file that are dead, as the log points to them. Ours lie in a file that all vectors
 * of one commit share, small ones too: Spark's VACUUM stops at one inside the log ({@code
 * docs/adr/0014}). Those of others are read wherever they lie.
 *
 * @param storage "i" inside the log, "u" in a file of the table, "p" in any file
 * @param where the bytes in base 85, or what names the file
 * @param offset where it begins in its file
 * @param sizeBytes its size
 * @param rows how many rows are dead
 */
record DeletionVector(
    String storage, String where, Optional<Integer> offset, int sizeBytes, long rows) {
  private static final int MAGIC = 1681511377;

  static DeletionVector of(DeletionVectorDescriptor descriptor) {
    return new DeletionVector(
        descriptor.getStorageType(),
        descriptor.getPathOrInlineDv(),
        descriptor.getOffset(),
        descriptor.getSizeInBytes(),
        descriptor.getCardinality());
  }

  DeletionVectorDescriptor descriptor() {
    return new DeletionVectorDescriptor(storage, where, offset, sizeBytes, rows);
  }

  /** The file that it lies in; empty when it is inside the log. */
  Optional<Path> file(Path table) {
    return storage.equals(DeletionVectorDescriptor.INLINE_DV_MARKER)
        ? Optional.empty()
        : Optional.of(LocalFiles.path(descriptor().getAbsolutePath(table.toString())));
  }

  /**
   * Reads the dead rows' numbers.
   *
   * @throws MillraceException LK-011, LK-018 naming the file that is gone or does not hold them
   */
  RoaringBitmap read(TableFolder table) {
    RoaringBitmap bitmap = new RoaringBitmap();
    for (long row : load(table).toArray()) {
      bitmap.add(Math.toIntExact(row));
    }
    return bitmap;
  }

  private RoaringBitmapArray load(TableFolder table) {
    table.bringEach(file(table.path()).stream().toList());
    try {
      return DeletionVectorUtils.loadNewDvAndBitmap(
              table.engine(), table.path().toString(), descriptor())
          ._2;
    } catch (RuntimeException e) {
      throw table.damaged(
          file(table.path()).orElseGet(() -> table.path().resolve("_delta_log")),
          "a deletion vector in it cannot be read",
          e);
    }
  }

  /** Writes the vectors of one commit; their file is on disk on return. */
  static Map<Long, DeletionVector> write(TableFolder table, Map<Long, RoaringBitmap> dead) {
    Map<Long, DeletionVector> vectors = new LinkedHashMap<>();
    ByteArrayOutputStream shared = new ByteArrayOutputStream();
    UUID id = UUID.randomUUID();
    try (DataOutputStream out = new DataOutputStream(shared)) {
      out.writeByte(1);
      dead.forEach((file, bitmap) -> vectors.put(file, add(out, id, bitmap)));
      out.flush();
      if (!dead.isEmpty()) {
        publish(
            table, table.path().resolve("deletion_vector_" + id + ".bin"), shared.toByteArray());
      }
    } catch (IOException | UncheckedIOException e) {
      throw new MillraceException(
          LakeError.LK_003_STORAGE_FAILED,
          "deletion vectors cannot be written to " + table.path() + ". Check the disk.",
          e);
    }
    return vectors;
  }

  private static void publish(TableFolder table, Path target, byte[] bytes) throws IOException {
    Path temporary = LocalFiles.temporary(target);
    try {
      Files.createDirectories(table.path());
      Files.write(temporary, bytes);
      table.storage().publish(temporary, target);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static DeletionVector add(DataOutputStream out, UUID id, RoaringBitmap bitmap) {
    byte[] bytes = bytes(bitmap);
    long rows = bitmap.getLongCardinality();
    try {
      int offset = out.size();
      CRC32 crc = new CRC32();
      crc.update(bytes);
      out.writeInt(bytes.length);
      out.write(bytes);
      out.writeInt((int) crc.getValue());
      return new DeletionVector(
          DeletionVectorDescriptor.UUID_DV_MARKER,
          Base85Codec.encodeUUID(id),
          Optional.of(offset),
          bytes.length,
          rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The portable form: magic, number of bitmaps, then each under its high 32 bits. */
  static byte[] bytes(RoaringBitmap bitmap) {
    bitmap.runOptimize();
    int size = bitmap.serializedSizeInBytes();
    ByteBuffer buffer = ByteBuffer.allocate(16 + size).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(MAGIC).putLong(1).putInt(0);
    bitmap.serialize(buffer);
    return buffer.array();
  }

  /** Row numbers in ascending order. */
  static List<Long> rows(RoaringBitmap bitmap) {
    List<Long> rows = new ArrayList<>(bitmap.getCardinality());
    bitmap.forEach((int row) -> rows.add((long) row));
    return rows;
  }

  /** A bit for each row, the first one in the highest of a byte; beyond the last dead row zeros. */
  static byte[] bits(RoaringBitmap bitmap) {
    byte[] bits = new byte[bitmap.isEmpty() ? 1 : bitmap.last() / 8 + 2];
    bitmap.forEach((int row) -> bits[row / 8] |= (byte) (0x80 >> row % 8));
    return bits;
  }
}
