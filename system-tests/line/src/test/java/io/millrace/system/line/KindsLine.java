package io.millrace.system.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.Main;
import io.millrace.contracts.TableName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * A {@link Line} that runs the warehouse in {@code src/test/resources/kinds}, and what is asked of
 * it.
 */
final class KindsLine implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(3);
  static final String VERSION =
      "strftime(valid_from, '%Y-%m-%d'), strftime(valid_to, '%Y-%m-%d'), is_current";
  private static final Path RESOURCES = Path.of("src/test/resources").toAbsolutePath();

  final Line line;
  private final Path statements;

  KindsLine(Path folder) throws Exception {
    statements = folder.resolve("warehouse");
    LocalFolder.copy(RESOURCES.resolve("kinds"), statements);
    line = new Line(folder, statements);
  }

  /** Starts all services and waits until the tables show the rows of {@code kinds.sql}. */
  void start() throws Exception {
    line.run().write(line.folder);
    try (Shop shop = new Shop(line)) {
      shop.transaction(Files.readString(RESOURCES.resolve("kinds.sql")));
    }
    line.startAll();
    shown();
  }

  /** Changes a file of the warehouse. */
  void change(String file, String what, String with) throws IOException {
    String text = Files.readString(statements.resolve(file));
    assertThat(text).contains(what);
    write(file, text.replace(what, with));
  }

  void write(String file, String text) throws IOException {
    Files.writeString(statements.resolve(file), text);
  }

  /** Waits until every table shows what was committed up to now. */
  void shown() throws InterruptedException {
    line.awaitShown(Clock.systemUTC().instant(), LIMIT);
  }

  void everyTableIsRight() {
    assertThat(millrace("verify").lines())
        .hasSize(24)
        .allSatisfy(finding -> assertThat(finding).startsWith("ok"));
  }

  /** Rows of a table as texts, in the order of the first column, and of a dimension's versions. */
  List<String> rows(String columns, String table, String where) throws Exception {
    try (Truth truth = new Truth(line)) {
      String order =
          columns.replaceAll(",.*", "") + (table.startsWith("dim.") ? ", valid_from" : "");
      return truth.rows(
          "SELECT %s FROM %s WHERE %s ORDER BY %s"
              .formatted(columns, view(truth, table), where, order));
    }
  }

  static String view(Truth truth, String table) {
    return truth.view(TableName.parse(table), Long.MAX_VALUE);
  }

  /** What the command says that succeeds. */
  String millrace(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    List<String> all =
        Stream.concat(Stream.of(arguments), Stream.of("--dir", line.folder.toString())).toList();
    assertThat(command.execute(all.toArray(String[]::new))).as("%s", out).isZero();
    return out.toString();
  }

  @Override
  public void close() {
    line.close();
  }
}
