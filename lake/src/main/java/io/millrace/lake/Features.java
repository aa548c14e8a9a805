package io.millrace.lake;

import io.delta.kernel.Snapshot;
import io.delta.kernel.exceptions.UnsupportedProtocolVersionException;
import io.delta.kernel.exceptions.UnsupportedTableFeatureException;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.millrace.contracts.TableName;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The features of Delta's protocol that we read and write. Kernel knows more of them than our own
 * reading of data files and writing of log lines does, so a table with any other is refused by the
 * feature's name, never misread.
 */
final class Features {
  private static final Set<String> READ =
      Set.of(
          "columnMapping",
          "deletionVectors",
          "timestampNtz",
          "typeWidening",
          "typeWidening-preview",
          "v2Checkpoint",
          "vacuumProtocolCheck");

  private static final Set<String> WRITTEN =
      Set.of(
          "appendOnly",
          "invariants",
          "changeDataFeed",
          "columnMapping",
          "deletionVectors",
          "domainMetadata",
          "inCommitTimestamp",
          "timestampNtz",
          "typeWidening",
          "v2Checkpoint",
          "vacuumProtocolCheck");

  /** Kernel asks for a catalog instead of naming the feature. */
  private static final String CATALOG_MANAGED = "catalogManaged";

  private Features() {}

  /**
   * Refuses a table that we would not read right.
   *
   * @throws MillraceException LK-019
   */
  static void requireReadable(TableName table, Snapshot snapshot) {
    require(table, "read", LogActions.features(snapshot, false), READ);
  }

  /**
   * Refuses a table that we would not write right.
   *
   * @throws MillraceException LK-019
   */
  static void requireWritable(TableName table, Snapshot snapshot) {
    require(table, "written", LogActions.features(snapshot, true), WRITTEN);
    if (snapshot.getSchema().fields().stream().anyMatch(Features::hasInvariant)) {
      throw refused(table, "written", Set.of("invariants"), null);
    }
  }

  /**
   * Refuses a table whose rows stay for ever. Kernel would, but for what {@link LogActions} does
   * not tell it.
   *
   * @throws MillraceException LK-019
   */
  static void requireRemovable(TableName table, Snapshot snapshot) {
    if (Boolean.parseBoolean(snapshot.getTableProperties().get("delta.appendOnly"))) {
      throw refused(table, "rid of rows", Set.of("appendOnly"), null);
    }
  }

  /** The feature alone is in every table of other writers; it counts where a column has one. */
  private static boolean hasInvariant(StructField field) {
    return field.getMetadata().contains("delta.invariants") || hasInvariant(field.getDataType());
  }

  private static boolean hasInvariant(DataType type) {
    return switch (type) {
      case StructType struct -> struct.fields().stream().anyMatch(Features::hasInvariant);
      case ArrayType array -> hasInvariant(array.getElementField());
      case MapType map -> hasInvariant(map.getKeyField()) || hasInvariant(map.getValueField());
      default -> false;
    };
  }

  private static void require(
      TableName table, String what, Collection<String> needed, Set<String> supported) {
    Set<String> missing = new HashSet<>(needed);
    missing.removeAll(supported);
    if (!missing.isEmpty()) {
      throw refused(table, what, missing, null);
    }
  }

  /** The refusal, when that is what Kernel's error means. */
  static Optional<MillraceException> refusal(TableName table, RuntimeException error) {
    return switch (error) {
      case UnsupportedTableFeatureException e ->
          Optional.of(refused(table, "used", e.getUnsupportedFeatures(), e));
      case UnsupportedProtocolVersionException e ->
          Optional.of(
              refused(table, "used", Set.of(e.getVersionType() + " version " + e.getVersion()), e));
      case IllegalArgumentException e
          when String.valueOf(e.getMessage()).contains(CATALOG_MANAGED) ->
          Optional.of(refused(table, "used", Set.of(CATALOG_MANAGED), e));
      default -> Optional.empty();
    };
  }

  private static MillraceException refused(
      TableName table, String what, Collection<String> features, @Nullable Exception cause) {
    return new MillraceException(
        LakeError.LK_019_FEATURE_NOT_SUPPORTED,
        "table "
            + table
            + " cannot be "
            + what
            + ": it needs of Delta's protocol "
            + String.join(", ", new TreeSet<>(features))
            + ", which Millrace does not have. Drop the feature where it was added.",
        cause);
  }
}
