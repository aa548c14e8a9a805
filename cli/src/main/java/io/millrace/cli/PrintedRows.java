package io.millrace.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.sql.LakeQuery;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Prints the rows of a SELECT as they come, so that memory does not grow with them: JSON and CSV
 * all of them, text the first, whose widths must be known. The cut is told beside.
 */
abstract sealed class PrintedRows implements LakeQuery.Rows {
  final PrintWriter out;
  private final PrintWriter err;
  private List<String> columns = List.of();

  private PrintedRows(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
  }

  static PrintedRows of(OutputForm form, PrintWriter out, PrintWriter err) {
    return switch (form) {
      case TEXT -> new Text(out, err);
      case JSON -> new Json(out, err);
      case CSV -> new Csv(out, err);
    };
  }

  @Override
  public void begin(OptionalLong cut, List<String> names) {
    cut.ifPresent(c -> err.println("cut " + c));
    columns = List.copyOf(names);
  }

  List<String> columns() {
    return columns;
  }

  private static final class Text extends PrintedRows {
    private static final int ROWS_MAX = 1000;

    private final List<List<@Nullable Object>> first = new ArrayList<>();
    private long count;

    private Text(PrintWriter out, PrintWriter err) {
      super(out, err);
    }

    @Override
    public void row(List<@Nullable Object> values) {
      if (++count <= ROWS_MAX) {
        first.add(values);
      }
    }

    @Override
    public void end() {
      List<Integer> numbers =
          IntStream.range(0, columns().size())
              .filter(i -> first.stream().anyMatch(r -> r.get(i) instanceof Number))
              .boxed()
              .toList();
      TextTable table = new TextTable(columns(), numbers);
      first.forEach(row -> table.row(row.stream().map(Text::shown).toList()));
      table.lines().forEach(out::println);
      if (count > ROWS_MAX) {
        out.println("... and " + (count - ROWS_MAX) + " more rows, which csv and json print");
      }
      out.println(count == 1 ? "(1 row)" : "(" + count + " rows)");
    }

    private static String shown(@Nullable Object value) {
      return value == null ? "NULL" : value.toString();
    }
  }

  private static final class Json extends PrintedRows {
    private static final ObjectMapper JSON = new ObjectMapper();

    private String before = "[ ";

    private Json(PrintWriter out, PrintWriter err) {
      super(out, err);
    }

    @Override
    public void row(List<@Nullable Object> values) {
      ObjectNode object = JSON.createObjectNode();
      for (int i = 0; i < values.size(); i++) {
        object.set(columns().get(i), JSON.valueToTree(values.get(i)));
      }
      out.print(before);
      out.print(object.toPrettyString());
      before = ", ";
    }

    @Override
    public void end() {
      out.println(before.equals("[ ") ? "[ ]" : " ]");
    }
  }

  private static final class Csv extends PrintedRows {
    private Csv(PrintWriter out, PrintWriter err) {
      super(out, err);
    }

    @Override
    public void begin(OptionalLong cut, List<String> names) {
      super.begin(cut, names);
      line(new ArrayList<>(names));
    }

    @Override
    public void row(List<@Nullable Object> values) {
      line(values);
    }

    @Override
    public void end() {}

    private void line(List<@Nullable Object> values) {
      out.println(values.stream().map(Csv::field).collect(Collectors.joining(",")));
    }

    private static String field(@Nullable Object value) {
      String text = value == null ? "" : value.toString();
      return text.matches("(?s).*[\",\n\r].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
  }
}
