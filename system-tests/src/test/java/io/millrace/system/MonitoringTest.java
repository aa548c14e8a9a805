package io.millrace.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.Metrics;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Alerts and their page use metrics that services have. */
class MonitoringTest {
  private static final Path MONITORING = Repository.ROOT.resolve("deploy/monitoring");
  private static final Pattern METRIC = Pattern.compile("\\bmillrace_[a-z_]+");
  private static final Pattern PATH_OF_CLASS = Pattern.compile("(?m)^@Path\\(\"([^\"]+)\"\\)");
  private static final Pattern PATH_OF_METHOD = Pattern.compile("(?m)^  @Path\\(\"([^\"]+)\"\\)");

  @Test
  void alertsUseOnlyMetricsThatServicesHave() throws IllegalAccessException {
    assertThat(metricsIn("alerts.yml")).isNotEmpty().isSubsetOf(emitted());
  }

  @Test
  void pageNamesExactlyTheMetricsThatServicesHave() throws IllegalAccessException {
    assertThat(metricsIn("README.md")).isEqualTo(emitted());
  }

  @Test
  void servicesHaveEveryMetricThatIsDeclared() throws IllegalAccessException {
    assertThat(emitted()).containsExactlyInAnyOrderElementsOf(declared().values());
  }

  /** JAX-RS gives a request to the class of the longest path, and asks no other. */
  @Test
  void noResourceHidesPathsOfAnother() {
    List<String> classes = new ArrayList<>();
    List<String> methods = new ArrayList<>();
    for (Path module : Repository.modules()) {
      for (Path file :
          Repository.files(module.resolve("src/main/java"), n -> n.endsWith("Resource.java"))) {
        String code = Repository.read(file);
        String of =
            PATH_OF_CLASS.matcher(code).results().map(m -> m.group(1)).findFirst().orElse("");
        classes.add(of);
        PATH_OF_METHOD.matcher(code).results().forEach(m -> methods.add(of + " " + m.group(1)));
      }
    }
    assertThat(methods)
        .isNotEmpty()
        .noneMatch(method -> {
          String whole = method.replace(" ", "") + "/";
          return classes.stream()
              .anyMatch(c -> c.length() > method.indexOf(' ') && whole.startsWith(c + "/"));
        });
  }

  private static Set<String> metricsIn(String file) {
    return METRIC
        .matcher(Repository.read(MONITORING.resolve(file)))
        .results()
        .map(MatchResult::group)
        .map(name -> name.replaceFirst("_total$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The constants that some service's code refers to. */
  private static Set<String> emitted() throws IllegalAccessException {
    StringBuilder code = new StringBuilder();
    for (Path module : Repository.modules()) {
      Repository.files(module.resolve("src/main/java"), n -> n.endsWith(".java"))
          .forEach(file -> code.append(Repository.read(file)));
    }
    return declared().entrySet().stream()
        .filter(e -> Pattern.compile("\\bMetrics\\." + e.getKey() + "\\b").matcher(code).find())
        .map(Map.Entry::getValue)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Constant to metric. */
  private static Map<String, String> declared() throws IllegalAccessException {
    Map<String, String> names = new TreeMap<>();
    for (Field constant : Metrics.class.getFields()) {
      names.put(constant.getName(), String.valueOf(constant.get(null)));
    }
    return names;
  }
}
