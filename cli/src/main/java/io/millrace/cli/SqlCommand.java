package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.sql.LakeQuery;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace sql}. */
@Command(
    name = "sql",
    description =
        "Runs a SELECT over the lake, all its tables at one cut. Nothing has to run for it.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class SqlCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "SELECT", description = "such as \"SELECT count(*) FROM dim.customer\"")
  String select;

  @Option(names = "--cut", paramLabel = "N", description = "The cut to read at (default: newest).")
  Optional<Long> cut = Optional.empty();

  @Option(
      names = "--lake",
      paramLabel = "PATH",
      description = "The lake, instead of that of --dir.")
  Optional<String> lake = Optional.empty();

  @Option(
      names = {"-o", "--output"},
      description = "text, json or csv",
      defaultValue = "text")
  OutputForm form;

  @Override
  public Integer call() throws Exception {
    OptionalLong at = cut.map(OptionalLong::of).orElse(OptionalLong.empty());
    LakeQuery.Answer answer = LakeQuery.run(lake.orElseGet(place::lake), select, at);
    answer.cut().ifPresent(c -> spec.commandLine().getErr().println("cut " + c));
    PrintWriter out = spec.commandLine().getOut();
    switch (form) {
      case TEXT -> text(answer, out);
      case JSON -> out.println(json(answer));
      case CSV -> csv(answer, out);
    }
    return ExitCode.OK;
  }

  private static void text(LakeQuery.Answer answer, PrintWriter out) {
    List<Integer> numbers =
        IntStream.range(0, answer.columns().size())
            .filter(i -> answer.rows().stream().anyMatch(r -> r.get(i) instanceof Number))
            .boxed()
            .toList();
    TextTable table = new TextTable(answer.columns(), numbers);
    answer.rows().forEach(row -> table.row(row.stream().map(SqlCommand::shown).toList()));
    table.lines().forEach(out::println);
    out.println(answer.rows().size() == 1 ? "(1 row)" : "(" + answer.rows().size() + " rows)");
  }

  private static String json(LakeQuery.Answer answer) throws JsonProcessingException {
    ArrayNode rows = JSON.createArrayNode();
    for (List<@Nullable Object> row : answer.rows()) {
      ObjectNode object = rows.addObject();
      for (int i = 0; i < row.size(); i++) {
        object.set(answer.columns().get(i), JSON.valueToTree(row.get(i)));
      }
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(rows);
  }

  private static void csv(LakeQuery.Answer answer, PrintWriter out) {
    List<List<@Nullable Object>> lines = new ArrayList<>();
    lines.add(List.copyOf(answer.columns()));
    lines.addAll(answer.rows());
    lines.forEach(
        row -> out.println(row.stream().map(SqlCommand::field).collect(Collectors.joining(","))));
  }

  private static String shown(@Nullable Object value) {
    return value == null ? "NULL" : value.toString();
  }

  private static String field(@Nullable Object value) {
    String text = value == null ? "" : value.toString();
    return text.matches("(?s).*[\",\n\r].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
