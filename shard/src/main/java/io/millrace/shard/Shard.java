package io.millrace.shard;

import io.millrace.changelog.range.RangeReader;
import io.millrace.changelog.range.RangeWriter;
import io.millrace.contracts.Service;
import io.millrace.warehouse.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A shard that this instance holds: its tables and what works on them. Made by {@link
 * ShardSurroundings#take}; closed by the loop.
 *
 * @param service whose shard
 * @param number from 0
 * @param tables inputs before those that read them
 * @param around what all shards share
 * @param duck the shard's connection; temporary tables live in it
 * @param writer fences the shard's former holder
 * @param reader of ranges
 */
public record Shard(
    Service service,
    int number,
    List<Table> tables,
    ShardSurroundings around,
    Connection duck,
    RangeWriter writer,
    RangeReader reader)
    implements AutoCloseable {

  public Shard {
    tables = List.copyOf(tables);
  }

  /** The source name of operator actions on this shard in the cut log. */
  public String operator() {
    return "operator." + service.id() + "." + number;
  }

  @Override
  public void close() {
    writer.close();
    reader.close();
    try {
      duck.close();
    } catch (SQLException e) {
      throw new IllegalStateException("closing the shard's DuckDB connection", e);
    }
  }

  @Override
  public String toString() {
    return service.id() + "/" + number;
  }
}
