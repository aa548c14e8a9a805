package io.millrace.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.ErrorCode.Kind;
import io.millrace.contracts.error.ErrorCode.Response;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/ERRORS.md says of every code what its enum says. */
class ErrorsPageTest {
  private static final String PACKAGE = "io.millrace.contracts.error";
  private static final Pattern ENTRY =
      Pattern.compile(
          "^\\| ([A-Z]+-\\d{3}) \\| (.+) \\| ([a-z]+) \\| ([a-z ]+) \\| (.+) \\|$",
          Pattern.MULTILINE);
  private static final Map<Kind, String> WHO =
      Map.of(
          Kind.SOURCE_DATA, "source",
          Kind.CONFIG, "config",
          Kind.EXTERNAL, "outside",
          Kind.BUG, "us");
  private static final Map<Response, String> HAPPENS =
      Map.of(
          Response.RETRY, "retry",
          Response.DEAD_LETTER, "dead letter",
          Response.STOP, "stop");

  private final List<MatchResult> entries =
      ENTRY.matcher(Repository.read(Repository.ROOT.resolve("docs/ERRORS.md"))).results().toList();

  @Test
  void everyCodeHasExactlyOneEntryAndEveryEntryACode() {
    assertThat(entries.stream().map(e -> e.group(1)).toList())
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(codes().keySet());
  }

  @Test
  void entriesSayWhoMustActAndWhatHappens() {
    Map<String, ErrorCode> codes = codes();
    Map<String, String> said =
        entries.stream()
            .collect(Collectors.toMap(e -> e.group(1), e -> e.group(3) + ", " + e.group(4)));
    Map<String, String> expected = new TreeMap<>();
    codes.forEach((code, error) ->
        expected.put(code, WHO.get(error.kind()) + ", " + HAPPENS.get(error.response())));
    assertThat(said).isEqualTo(expected);
  }

  private static Map<String, ErrorCode> codes() {
    Map<String, ErrorCode> codes = new TreeMap<>();
    List<String> twice = new ArrayList<>();
    for (ErrorCode error : constants()) {
      if (codes.put(error.code(), error) != null) {
        twice.add(error.code());
      }
    }
    assertThat(twice).as("codes given twice").isEmpty();
    return codes;
  }

  private static List<ErrorCode> constants() {
    Path sources =
        Repository.ROOT.resolve("contracts/src/main/java").resolve(PACKAGE.replace('.', '/'));
    List<ErrorCode> constants = new ArrayList<>();
    HashSet<String> enums = new HashSet<>();
    for (Path file : Repository.files(sources, n -> n.endsWith("Error.java"))) {
      Class<?> type = type(file.getFileName().toString().replace(".java", ""));
      enums.add(type.getSimpleName());
      Arrays.stream(type.getEnumConstants()).map(ErrorCode.class::cast).forEach(constants::add);
    }
    assertThat(enums).hasSizeGreaterThan(5);
    return constants;
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(PACKAGE + "." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(name + " is not compiled", e);
    }
  }
}
