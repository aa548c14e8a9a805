package io.millrace.runtime;

import io.millrace.contracts.Environment;
import io.millrace.contracts.OrderToken;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.RuntimeError;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what the environment says before anything uses it, for what uses it would end with a
 * stack trace, late or never. A variable that is not set is not looked at.
 */
final class EnvironmentCheck {
  private static final Pattern MEMORY =
      Pattern.compile("(?i)\\d{1,9}(\\.\\d{1,9})?\\s*([kmgt]i?b|%)");
  private static final int PORT_MAX = 65_535;

  private final Map<String, String> environment;
  private final List<MillraceException> problems = new ArrayList<>();

  private EnvironmentCheck(Map<String, String> environment) {
    this.environment = environment;
  }

  /** What is wrong, a RUN-001 or RUN-002 for each variable; addresses are never in it. */
  static List<MillraceException> problems(Map<String, String> environment) {
    EnvironmentCheck check = new EnvironmentCheck(environment);
    check.kafka();
    check.url(Environment.MILLRACE_REGISTRY, "http://registry:8080/apis/ccompat/v7");
    check.url(Environment.MILLRACE_S3_ENDPOINT, "http://minio:9000");
    check.number(Environment.MILLRACE_HTTP_PORT, 0, PORT_MAX);
    check.number(Environment.MILLRACE_LAKE_CACHE_BYTES, 0, Long.MAX_VALUE);
    check.number(Environment.MILLRACE_DUCKDB_THREADS, 1, 1_024);
    check.number(Environment.MILLRACE_PARENT_PID, 1, Long.MAX_VALUE);
    check.matching(
        Environment.MILLRACE_DUCKDB_MEMORY,
        text -> MEMORY.matcher(text).matches(),
        "a size such as 512MB or 2GB");
    check.matching(
        Environment.MILLRACE_LAKE_OUTSIDERS, List.of("stop", "adopt")::contains, "stop or adopt");
    check.matching(
        Environment.MILLRACE_LOG,
        text -> List.of("plain", "json").contains(text.toLowerCase(Locale.ROOT)),
        "plain or json");
    check.vacuum();
    check.orderToken();
    return check.problems;
  }

  private Optional<String> value(Environment variable) {
    return Optional.ofNullable(environment.get(variable.name())).filter(v -> !v.isBlank());
  }

  private void refuse(Environment variable, String why) {
    add(RuntimeError.RUN_001_SETTING_REFUSED, variable.name() + " " + why);
  }

  private void add(ErrorCode code, String message) {
    problems.add(new MillraceException(code, message));
  }

  private void matching(Environment variable, Predicate<String> isRight, String wanted) {
    value(variable)
        .filter(isRight.negate())
        .ifPresent(text -> refuse(variable, "is '" + text + "'. Give it " + wanted + "."));
  }

  private void number(Environment variable, long least, long most) {
    matching(
        variable,
        text -> {
          try {
            long number = Long.parseLong(text);
            return number >= least && number <= most;
          } catch (NumberFormatException e) {
            return false;
          }
        },
        most == Long.MAX_VALUE
            ? "a whole number, " + least + " at least"
            : "a whole number from " + least + " to " + most);
  }

  private void url(Environment variable, String example) {
    if (value(variable).filter(text -> !isBaseUrl(text)).isPresent()) {
      refuse(variable, "is no base URL. Give it one such as " + example + ".");
    }
  }

  private static boolean isBaseUrl(String text) {
    try {
      URI url = new URI(text);
      return ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
          && url.getHost() != null
          && url.getPort() <= PORT_MAX;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private void vacuum() {
    value(Environment.MILLRACE_LAKE_VACUUM)
        .ifPresent(text -> {
          try {
            LakeVacuum.parse(text);
          } catch (IllegalArgumentException e) {
            add(RuntimeError.RUN_001_SETTING_REFUSED, Objects.requireNonNull(e.getMessage()));
          }
        });
  }

  private void orderToken() {
    try {
      var _ = OrderToken.in(environment);
    } catch (MillraceException e) {
      problems.add(e);
    }
  }

  private void kafka() {
    List<String> brokers =
        value(Environment.MILLRACE_KAFKA).stream()
            .flatMap(text -> Arrays.stream(text.split(",")))
            .map(String::strip)
            .filter(broker -> !broker.isEmpty())
            .toList();
    Optional<String> wrong = brokers.stream().filter(b -> !isBroker(b)).findFirst();
    if (wrong.isPresent()) {
      refuse(
          Environment.MILLRACE_KAFKA,
          "has '%s', which is no host:port. Give it host:port,... of the brokers, such as kafka:9092."
              .formatted(wrong.get()));
    } else if (!brokers.isEmpty() && brokers.stream().noneMatch(EnvironmentCheck::isFound)) {
      add(
          RuntimeError.RUN_002_KAFKA_NOT_FOUND,
          "no host of MILLRACE_KAFKA (%s) has an address here. Correct its name, or see to it that it can be resolved."
              .formatted(String.join(", ", brokers)));
    }
  }

  private static boolean isBroker(String broker) {
    try {
      Integer port = Utils.getPort(broker);
      return Utils.getHost(broker) != null && port != null && port > 0 && port <= PORT_MAX;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isFound(String broker) {
    @Nullable String host = Utils.getHost(broker);
    try {
      return InetAddress.getAllByName(host).length > 0;
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
