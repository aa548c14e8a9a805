package io.millrace.cli;

import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Names of tables as arguments. */
final class Names {
  private Names() {}

  /** The table of that name, wrong usage if it is none. */
  static TableName table(CommandSpec spec, String text) {
    try {
      TableName name = TableName.parse(text);
      if (Service.of(name) == Service.INGEST) {
        throw new IllegalArgumentException("raw resources are no tables");
      }
      return name;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(),
          "'" + text + "' is no table: give staging.NAME, dim.NAME or marts.NAME");
    }
  }

  /** The dynamic table of that name, wrong usage if it is another table's. */
  static TableName dynamicTable(CommandSpec spec, String text) {
    TableName name = table(spec, text);
    if (Service.of(name) != Service.MARTS) {
      throw new ParameterException(
          spec.commandLine(), "'" + text + "' is no dynamic table: give marts.NAME");
    }
    return name;
  }
}
