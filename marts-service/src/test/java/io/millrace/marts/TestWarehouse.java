package io.millrace.marts;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.Warehouse;
import io.millrace.warehouse.WarehouseFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Warehouse folders of a test, read for real. */
public final class TestWarehouse {

  private TestWarehouse() {}

  /** Columns {@code name TYPE, ...}, with ; for the comma inside a type; key names by blanks. */
  public static RowSchema raw(String key, String columns) {
    List<String> keys = List.of(key.split(" ", -1));
    return new RowSchema(
        Arrays.stream(columns.split(", ", -1))
            .map(c -> c.split(" ", 2))
            .map(
                c -> new Column(c[0], DataType.ofSql(c[1].replace(';', ',')), !keys.contains(c[0])))
            .toList(),
        keys);
  }

  /** The warehouse of these files, by path; its one source is s. */
  public static Warehouse read(Map<String, String> files, Map<String, RowSchema> raw) {
    try {
      Path folder = Files.createTempDirectory("warehouse");
      try {
        for (Map.Entry<String, String> file : files.entrySet()) {
          Path path = folder.resolve(file.getKey());
          Files.createDirectories(Objects.requireNonNull(path.getParent()));
          Files.writeString(path, file.getValue());
        }
        return WarehouseFolder.read(
                folder,
                (source, resource) -> Optional.ofNullable(raw.get(resource)),
                new WarehouseFolder.Reading(Map.of("P", "p"), false))
            .orThrow();
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
