package io.millrace.contracts;

/** The names of metrics, as Prometheus shows them. Labels are service, source, table, kind. */
public final class Metrics {
  /** Seconds between now and the newest source commit that a table shows. */
  public static final String LAG = "millrace_lag_seconds";

  /** The promise, in seconds. */
  public static final String TARGET_LAG = "millrace_target_lag_seconds";

  /** Source time, in epoch seconds, up to which a table is complete. */
  public static final String DATA_TIMESTAMP = "millrace_data_timestamp_seconds";

  /** The cut that a table is right through. */
  public static final String CUT = "millrace_table_cut";

  /** Cuts in the log that a table has not reached. */
  public static final String CUTS_BEHIND = "millrace_table_cuts_behind";

  /** Rows written, by kind: insert, delete. */
  public static final String ROWS = "millrace_rows";

  /** Files that vacuum deleted. */
  public static final String VACUUMED_FILES = "millrace_vacuumed_files";

  /** The bytes of those files. */
  public static final String VACUUMED_BYTES = "millrace_vacuumed_bytes";

  /** Rows of a fact whose lookups came to another member or version. */
  public static final String REPOINTED = "millrace_fact_rows_repointed";

  /** Steps or refreshes that ended, by outcome: changed, unchanged, failed. */
  public static final String REFRESHES = "millrace_refreshes";

  /** Time that steps and refreshes took that ended well, with their number: a timer. */
  public static final String REFRESH_SECONDS = "millrace_refresh_seconds";

  /** Dynamic tables compared with their queries in idle time, by outcome: right, wrong. */
  public static final String AUDITS = "millrace_audits";

  /** Records set aside, by code. */
  public static final String DEAD_LETTERS = "millrace_dead_letters";

  /** Log that the source keeps for us, in bytes. */
  public static final String RETAINED_LOG = "millrace_source_retained_log_bytes";

  /** Changes that a source sent. */
  public static final String SOURCE_CHANGES = "millrace_source_changes";

  /** Cuts that a source announced. */
  public static final String SOURCE_CUTS = "millrace_source_cuts";

  /** 1 while a table or source runs, 0 while it is stopped. */
  public static final String RUNNING = "millrace_running";

  private Metrics() {}
}
