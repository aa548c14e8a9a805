package io.millrace.runtime;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The settings of a service. Each may be set by the environment variable of its name, see {@link
 * io.millrace.contracts.Environment}.
 */
@ConfigMapping(prefix = "millrace")
public interface RuntimeConfig {

  /** Which service this is; fixed in its application.properties. */
  String service();

  /** The warehouse folder. */
  Path warehouse();

  /** {@code host:port,...} of the Kafka brokers. */
  String kafka();

  /** Further Kafka client settings, such as security. */
  Map<String, String> kafkaSettings();

  /** Base URL of the registry's Confluent-compatible API. */
  String registry();

  /** Where the lake is, instead of what warehouse.yml says. */
  Optional<String> lake();

  /** Base URL of an S3-compatible store that holds the lake; AWS's own unless set. */
  Optional<URI> s3Endpoint();

  /** About how many bytes of a lake in an object store are kept as copies in {@link #state}. */
  @WithDefault("10737418240")
  long lakeCacheBytes();

  /** What to do when somebody else changes the rows of a table that this service writes. */
  @WithDefault("stop")
  Outsiders lakeOutsiders();

  /** When files are deleted that only older versions of this service's tables need. */
  @WithDefault("168h")
  LakeVacuum lakeVacuum();

  /** A folder for local state, which is a cache; a temporary one unless set. */
  Optional<Path> state();

  /** DuckDB's memory limit; more spills to {@link #state}. */
  @WithDefault("512MB")
  String duckdbMemory();

  /**
   * Threads of DuckDB for one statement. Shards run beside each other, and a small step costs half
   * as much CPU again with a second thread; give marts with large tables more.
   */
  @WithDefault("1")
  int duckdbThreads();

  /** The process to follow into death. */
  OptionalLong parentPid();

  /** The warehouse's topic prefix, as warehouse.yml has it. */
  String topicPrefix();

  /** Shards of each service's tables, as warehouse.yml has it. */
  int shards();

  /** Where the channel of publications starts, one entry a shard. */
  String publishedSeek();

  /** Address of HTTP. */
  @WithDefault("127.0.0.1")
  String httpHost();

  /** Port of HTTP; that of the service unless set. */
  int httpPort();

  /** What every request that may change something must carry; see {@link OrderGuard}. */
  Optional<String> orderToken();

  /** How log lines are written, plain or json. */
  @WithDefault("plain")
  LogForm log();

  /** What becomes of a table whose rows somebody else has changed. */
  enum Outsiders {
    /** Its shard stops with LK-006. */
    STOP,
    /** Its rows are taken as they are, with a warning in the log. */
    ADOPT
  }

  /** How log lines are written. */
  enum LogForm {
    /** Text, for people. */
    PLAIN,
    /** One JSON object a line, for what collects logs. */
    JSON
  }
}
