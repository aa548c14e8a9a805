package io.millrace.shard;

import io.millrace.changelog.range.RangeReader;
import io.millrace.changelog.range.RangeWriter;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.warehouse.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What one loop of this instance holds: one shard, or, of a service whose tables go in rounds, all
 * that the instance has. Made by {@link ShardSurroundings#take}; closed by the loop.
 *
 * @param service whose
 * @param writers for each shard, what writes its tables' changes; it fences the former holder
 * @param tables of all of them, inputs before those that read them
 * @param around what all shards share
 * @param duck the loop's connection; temporary tables live in it
 * @param reader of ranges
 */
public record Shard(
    Service service,
    Map<Integer, RangeWriter> writers,
    List<Table> tables,
    ShardSurroundings around,
    Connection duck,
    RangeReader reader)
    implements AutoCloseable {

  public Shard {
    writers = Map.copyOf(writers);
    tables = List.copyOf(tables);
  }

  /** The number, from 0, of the shard that a table of this service belongs to. */
  public int numberOf(TableName table) {
    return Service.shardOf(table, around.warehouse().settings().shards());
  }

  /** The source name of operator actions on a table in the cut log. */
  public String operator(TableName table) {
    return operator(service, numberOf(table));
  }

  /** The source name of operator actions on a shard in the cut log. */
  public static String operator(Service service, int number) {
    return "operator." + service.id() + "." + number;
  }

  /** What writes the table's changes to its topic. */
  RangeWriter writer(TableName table) {
    return Objects.requireNonNull(writers.get(numberOf(table)));
  }

  @Override
  public void close() {
    try (reader) {
      writers.values().forEach(RangeWriter::close);
      duck.close();
    } catch (SQLException e) {
      throw new IllegalStateException("closing the shard's DuckDB connection", e);
    }
  }

  @Override
  public String toString() {
    return name(service, writers.keySet());
  }

  /** What shards that are held together are called. */
  static String name(Service service, Collection<Integer> numbers) {
    return service.id()
        + "/"
        + numbers.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
  }
}
