package io.millrace.warehouse.source;

import java.util.List;

/** A source of raw rows, declared in {@code sources/<name>.yml}. */
public sealed interface Source permits CdcSource, ApiSource {

  /** The file's name without its ending; part of topic names. */
  String name();

  /** Names of its resources, in the file's order; {@code raw.<source>.<resource>} in SQL. */
  List<String> resourceNames();
}
