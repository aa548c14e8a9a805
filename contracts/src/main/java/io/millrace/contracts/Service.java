package io.millrace.contracts;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The four services and what belongs to each. */
public enum Service {
  INGEST("ingest", "raw", 8181),
  STAGING("staging", "staging", 8182),
  DIMENSION("dimension", "dim", 8183),
  MARTS("marts", "marts", 8184);

  private final String id;
  private final String schema;
  private final int port;

  Service(String id, String schema, int port) {
    this.id = id;
    this.schema = schema;
    this.port = port;
  }

  /** Its name in topics, groups, metrics and statements. */
  public String id() {
    return id;
  }

  /** The schema of the tables that it writes. */
  public String schema() {
    return schema;
  }

  /** The HTTP port it listens on unless told otherwise. */
  public int port() {
    return port;
  }

  /** The service that writes this table. */
  public static Service of(TableName table) {
    for (Service service : values()) {
      if (service.schema.equals(table.schema())) {
        return service;
      }
    }
    throw new IllegalArgumentException("no service writes schema " + table.schema());
  }

  /** The shard, from 0, that a table belongs to when its service has {@code shards} of them. */
  public static int shardOf(TableName table, int shards) {
    CRC32 crc = new CRC32();
    crc.update(table.toString().getBytes(StandardCharsets.UTF_8));
    return (int) (crc.getValue() % shards);
  }
}
