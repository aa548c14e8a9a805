package io.millrace.warehouse.statement;

import io.millrace.contracts.TableName;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the first words of a statement say, before it has a place in a folder.
 *
 * @param table the table that it makes
 * @param replace whether it says OR REPLACE
 */
public record StatementHead(TableName table, boolean replace) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  /** Reads {@code CREATE [OR REPLACE] kind schema.name}; empty when that is not what it says. */
  public static Optional<StatementHead> of(String text) {
    Tokens tokens = new Tokens(text);
    try {
      tokens.expect("CREATE");
      boolean replace = tokens.ahead("OR", "REPLACE");
      if (replace) {
        tokens.expect("OR", "REPLACE");
      }
      Optional<String> schema = schema(tokens);
      String first = tokens.expectName("a schema").text().toLowerCase(Locale.ROOT);
      tokens.expectSymbol(".");
      String name = tokens.expectName("a name").text().toLowerCase(Locale.ROOT);
      return schema
          .filter(s -> s.equals(first) && NAME.matcher(name).matches())
          .map(s -> new StatementHead(new TableName(s, name), replace));
    } catch (SyntaxException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> schema(Tokens tokens) throws SyntaxException {
    return switch (tokens.next().upper()) {
      case "STAGING" -> {
        tokens.expect("TABLE");
        yield Optional.of("staging");
      }
      case "DIMENSION" -> Optional.of("dim");
      case "DYNAMIC" -> {
        tokens.expect("TABLE");
        yield Optional.of("marts");
      }
      default -> Optional.empty();
    };
  }

  /** Where a statement belongs in a warehouse folder; one that cannot be read, among the marts. */
  public static Path file(String text) {
    return of(text).map(head -> file(head.table())).orElse(Path.of("marts", "statement.sql"));
  }

  /** Where the statement of a table belongs in a warehouse folder. */
  public static Path file(TableName table) {
    String folder = table.schema().equals("dim") ? "dimensions" : table.schema();
    return Path.of(folder, table.name() + ".sql");
  }
}
