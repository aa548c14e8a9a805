package io.millrace.cli;

/** How a command prints. */
public enum OutputForm {
  TEXT,
  JSON,
  CSV
}
