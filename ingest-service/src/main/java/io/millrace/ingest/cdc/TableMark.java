package io.millrace.ingest.cdc;

import io.millrace.ingest.cdc.CapturedTable.Partition;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a table was, in few bytes, for every cut has it: 19 characters, 30 with partitions, and 6
 * for each column whose default stands in older rows.
 *
 * @param identity a hash of its resource, name and key
 * @param fileNode see {@link CapturedTable}
 * @param alterations a hash of {@link CapturedTable#alterations}
 * @param filled hashes of {@link CapturedTable#filled}
 * @param greatestPartition the greatest oid of a partition, 0 without any
 * @param partitions a hash of all of them
 */
record TableMark(
    int identity,
    int fileNode,
    int alterations,
    Set<Integer> filled,
    long greatestPartition,
    int partitions) {
  private static final int FIXED = Short.BYTES + 3 * Integer.BYTES;

  static TableMark of(CapturedTable table) {
    return new TableMark(
        List.of(
                table.declared().resource(),
                Sql.table(table.declared()),
                table.key().stream().sorted().toList())
            .hashCode(),
        (int) table.fileNode(),
        table.alterations().hashCode(),
        table.filled().stream().map(String::hashCode).collect(Collectors.toSet()),
        table.partitions().stream().mapToLong(Partition::oid).max().orElse(0),
        hash(table.partitions().stream()));
  }

  /** The hash of some partitions, in the order of their oids. */
  static int hash(Stream<Partition> partitions) {
    return partitions.map(Partition::mark).toList().hashCode();
  }

  /** As base64, which {@link #read} takes. */
  String text() {
    int partitioned = greatestPartition == 0 ? 0 : 2 * Integer.BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(FIXED + filled.size() * Integer.BYTES + partitioned);
    bytes.putShort((short) filled.size()).putInt(identity).putInt(fileNode).putInt(alterations);
    filled.stream().sorted().forEach(bytes::putInt);
    if (partitioned > 0) {
      bytes.putInt((int) greatestPartition).putInt(partitions);
    }
    return Base64.getEncoder().withoutPadding().encodeToString(bytes.array());
  }

  static TableMark read(String text) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
    short count = bytes.getShort();
    int identity = bytes.getInt();
    int fileNode = bytes.getInt();
    int alterations = bytes.getInt();
    Set<Integer> filled =
        IntStream.range(0, count).mapToObj(_ -> bytes.getInt()).collect(Collectors.toSet());
    boolean partitioned = bytes.hasRemaining();
    return new TableMark(
        identity,
        fileNode,
        alterations,
        filled,
        partitioned ? Integer.toUnsignedLong(bytes.getInt()) : 0,
        partitioned ? bytes.getInt() : hash(Stream.empty()));
  }
}
