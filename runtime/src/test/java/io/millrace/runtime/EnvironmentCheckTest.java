package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.error.MillraceException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentCheckTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MILLRACE_KAFKA            | localhost              | has 'localhost', which is no"
            + " host:port",
        "MILLRACE_KAFKA            | localhost:9092,other   | has 'other', which is no host:port",
        "MILLRACE_KAFKA            | localhost:99999        | has 'localhost:99999', which is no"
            + " host",
        "MILLRACE_KAFKA            | localhost:99999999999  | which is no host:port",
        "MILLRACE_REGISTRY         | registry:8080          | is no base URL",
        "MILLRACE_REGISTRY         | not one                | is no base URL",
        "MILLRACE_S3_ENDPOINT      | minio                  | is no base URL",
        "MILLRACE_HTTP_PORT        | 80a                    | is '80a'. Give it a whole number from"
            + " 0",
        "MILLRACE_HTTP_PORT        | 65536                  | from 0 to 65535",
        "MILLRACE_LAKE_CACHE_BYTES | 10GB                   | a whole number, 0 at least",
        "MILLRACE_DUCKDB_MEMORY    | lots                   | a size such as 512MB",
        "MILLRACE_DUCKDB_MEMORY    | 512                    | a size such as 512MB",
        "MILLRACE_DUCKDB_THREADS   | 0                      | from 1 to",
        "MILLRACE_LAKE_OUTSIDERS   | ignore                 | stop or adopt",
        "MILLRACE_LOG              | xml                    | plain or json",
        "MILLRACE_LAKE_VACUUM      | 3h                     | which is neither off nor hours or"
            + " days",
        "MILLRACE_PARENT_PID       | me                     | a whole number, 1 at least",
      })
  void refusesWhatCannotBe(String variable, String value, String why) {
    assertThat(problems(variable + "=" + value))
        .singleElement()
        .asString()
        .startsWith("RUN-001 " + variable)
        .contains(why)
        .doesNotContain("\n");
  }

  /** Who sets one means to be asked for it: no service starts without asking. */
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "s3cret\n", "s3 cret"})
  void refusesATokenThatNoHeaderCarriesAndKeepsItToItself(String token) {
    assertThat(problems("MILLRACE_ORDER_TOKEN=" + token))
        .singleElement()
        .asString()
        .startsWith("RUN-001 MILLRACE_ORDER_TOKEN ")
        .doesNotContain("s3");
  }

  @Test
  void namesAKafkaThatHasNoAddress() {
    assertThat(problems("MILLRACE_KAFKA=nowhere.invalid:9092"))
        .singleElement()
        .asString()
        .startsWith("RUN-002 no host of MILLRACE_KAFKA (nowhere.invalid:9092) has an address");
    assertThat(problems("MILLRACE_KAFKA=nowhere.invalid:9092,localhost:1")).isEmpty();
  }

  @Test
  void takesWhatCanBeAndWhatIsNotSet() {
    assertThat(problems()).isEmpty();
    assertThat(
            problems(
                "MILLRACE_KAFKA=PLAINTEXT://localhost:9092, [::1]:9093,",
                "MILLRACE_REGISTRY=https://me:secret@localhost:8080/apis/ccompat/v7",
                "MILLRACE_S3_ENDPOINT=http://10.0.0.1:9000",
                "MILLRACE_HTTP_PORT=0",
                "MILLRACE_ORDER_TOKEN=aZ09-._~+/==",
                "MILLRACE_LAKE_CACHE_BYTES=10737418240",
                "MILLRACE_DUCKDB_MEMORY=1.5 GiB",
                "MILLRACE_DUCKDB_THREADS=4",
                "MILLRACE_LAKE_OUTSIDERS=adopt",
                "MILLRACE_LAKE_VACUUM=30d",
                "MILLRACE_LOG=JSON",
                "MILLRACE_PARENT_PID="))
        .isEmpty();
  }

  private static List<String> problems(String... environment) {
    Map<String, String> variables =
        Arrays.stream(environment)
            .map(e -> e.split("=", 2))
            .collect(Collectors.toMap(e -> e[0], e -> e[1]));
    return EnvironmentCheck.problems(variables).stream()
        .map(MillraceException::getMessage)
        .toList();
  }
}
