package io.millrace.contracts;

/** The environment variables that a service reads; the manifests and the launcher set them. */
public enum Environment {
  /** The warehouse folder. */
  MILLRACE_WAREHOUSE,
  /** {@code host:port,...} of the Kafka brokers. */
  MILLRACE_KAFKA,
  /** Base URL of the registry's Confluent-compatible API. */
  MILLRACE_REGISTRY,
  /** Where the lake is, instead of what warehouse.yml says. */
  MILLRACE_LAKE,
  /** Base URL of an S3-compatible store that is not AWS's. */
  MILLRACE_S3_ENDPOINT,
  /** About how many bytes of a lake in an object store are kept as local copies. */
  MILLRACE_LAKE_CACHE_BYTES,
  /** What to do when somebody else changes a table's rows: stop, unless adopt. */
  MILLRACE_LAKE_OUTSIDERS,
  /** How old versions of tables become before their files are deleted, such as 168h, or off. */
  MILLRACE_LAKE_VACUUM,
  /** A folder for local state, which is a cache. */
  MILLRACE_STATE,
  /** The address that HTTP listens on; 127.0.0.1 unless set. */
  MILLRACE_HTTP_HOST,
  /** The HTTP port; see {@link Service#port}. */
  MILLRACE_HTTP_PORT,
  /** What every order over HTTP must carry, see {@link OrderToken}; nothing unless set. */
  MILLRACE_ORDER_TOKEN,
  /** How log lines are written: plain, unless json. */
  MILLRACE_LOG,
  /** DuckDB's memory limit, such as 512MB. */
  MILLRACE_DUCKDB_MEMORY,
  /** DuckDB's threads for one statement. */
  MILLRACE_DUCKDB_THREADS,
  /** The process to follow into death; set by the launcher. */
  MILLRACE_PARENT_PID
}
