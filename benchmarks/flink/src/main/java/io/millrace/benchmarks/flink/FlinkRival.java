package io.millrace.benchmarks.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;

/**
 * Keeps queries over raw topics, each in a topic of its own, until its parent ends it: one job in a
 * MiniCluster within this process.
 *
 * <pre>
 *   TABLES MARTS BOOTSTRAP REGISTRY RUN [SETTING=VALUE]...
 * </pre>
 *
 * <p>TABLES is a file of statements that make the catalogue, each ended by a semicolon at the end
 * of a line, in which <code>${bootstrap}</code>, <code>${registry}</code> and <code>${run}</code>,
 * with which the names of result topics begin, are replaced. MARTS is a folder of dynamic tables;
 * <code>marts/q1.sql</code> is inserted into <code>marts.q1</code>. Settings are Flink's own; with
 * an interval of checkpoints, what is written to a topic is written exactly once, otherwise at
 * least once.
 */
public final class FlinkRival {
  private static final String HEADER = "(?s)^.*?\\nAS\\s";
  private static final String CHECKPOINTS = "execution.checkpointing.interval";

  private FlinkRival() {}

  public static void main(String[] arguments) throws Exception {
    ProcessHandle.current()
        .parent()
        .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
    Configuration settings = new Configuration();
    for (String setting : List.of(arguments).subList(5, arguments.length)) {
      String[] pair = setting.split("=", 2);
      settings.setString(pair[0], pair[1]);
    }
    TableEnvironment tables =
        TableEnvironment.create(
            EnvironmentSettings.newInstance()
                .inStreamingMode()
                .withConfiguration(settings)
                .build());
    Map<String, String> places =
        Map.of(
            "${bootstrap}",
            arguments[2],
            "${registry}",
            arguments[3],
            "${run}",
            arguments[4],
            "${guarantee}",
            settings.containsKey(CHECKPOINTS) ? "exactly-once" : "at-least-once");
    for (String statement : statements(Path.of(arguments[0]), places)) {
      tables.executeSql(statement);
    }
    StatementSet queries = tables.createStatementSet();
    try (Stream<Path> marts = Files.list(Path.of(arguments[1]))) {
      marts.sorted().forEach(mart -> queries.addInsertSql(insert(mart)));
    }
    System.out.println(queries.explain());
    queries.execute().await();
  }

  private static List<String> statements(Path file, Map<String, String> places) throws IOException {
    String text = Files.readString(file);
    for (Map.Entry<String, String> place : places.entrySet()) {
      text = text.replace(place.getKey(), place.getValue());
    }
    return Stream.of(text.split(";\\s*\\n")).filter(statement -> !statement.isBlank()).toList();
  }

  private static String insert(Path mart) {
    try {
      String name = mart.getFileName().toString().replace(".sql", "");
      return "INSERT INTO marts."
          + name
          + " "
          + Files.readString(mart).replaceFirst(HEADER, "").replace(";", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
