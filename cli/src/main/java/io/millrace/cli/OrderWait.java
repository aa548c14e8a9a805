package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.changelog.topic.Retry;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.warehouse.yaml.Durations;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Waits for what comes of an order to a table; options that commands share. */
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class OrderWait {
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration SAY = Duration.ofSeconds(10);
  private static final Pattern REFUSED = Pattern.compile("the order of cut (\\d+) was refused: .*");

  @Spec(Spec.Target.MIXEE)
  CommandSpec spec;

  @Option(names = "--wait", description = "Wait until it is done; fail if it is not.")
  boolean wait;

  @Option(
      names = "--wait-limit",
      paramLabel = "TIME",
      converter = DurationText.class,
      defaultValue = "10m",
      description = "How long (default: ${DEFAULT-VALUE}). The order stays when it has passed.")
  Duration limit;

  /**
   * What stopped a table before an order, which the order may mend.
   *
   * @param error empty: nothing
   */
  record Before(TableName table, String error) {}

  /**
   * How a table is.
   *
   * @param through the cut it is right through
   * @param error why it does not go on, or the last order was refused; empty: it goes on
   * @param note what it waits for, or its error; empty: nothing
   */
  private record Now(long through, boolean stopped, String error, String note) {}

  /** To be called before the order is given. */
  Before before(ServiceCalls calls, TableName table) throws InterruptedException {
    return new Before(table, wait ? now(calls, table).error() : "");
  }

  /**
   * Waits, if that is wanted, until the table has carried out the order, and says why if it does
   * not.
   *
   * @return the exit code
   */
  int until(long cut, Before before, ServiceCalls calls) throws InterruptedException {
    if (!wait) {
      return ExitCode.OK;
    }
    TableName table = before.table();
    PrintWriter err = spec.commandLine().getErr();
    long began = System.nanoTime();
    long saidNanos = began;
    String said = "";
    while (true) {
      Now now = now(calls, table);
      if (isRefused(now, cut) || (now.stopped() && !now.error().equals(before.error()))) {
        err.println(table + " is not computed anew: " + now.error());
        return ExitCode.FAILED;
      }
      if (now.through() >= cut) {
        spec.commandLine().getOut().println(table + " is right through cut " + now.through());
        return ExitCode.OK;
      }
      if (System.nanoTime() - began > limit.toNanos()) {
        err.println(
            "%s is at cut %d after %s, the order is cut %d and stays%s"
                .formatted(table, now.through(), Durations.text(limit), cut, colon(now.note())));
        return ExitCode.FAILED;
      }
      if (!now.note().equals(said) || System.nanoTime() - saidNanos > SAY.toNanos()) {
        said = now.note();
        saidNanos = System.nanoTime();
        err.println(table + " is at cut " + now.through() + " of " + cut + colon(said));
        err.flush();
      }
      Retry.pause(PAUSE);
    }
  }

  private static String colon(String note) {
    return note.isEmpty() ? "" : ": " + note;
  }

  /** Whether it was refused, or a later order was: that refuses those before it, too. */
  private static boolean isRefused(Now now, long cut) {
    Matcher refused = REFUSED.matcher(now.error());
    return refused.lookingAt() && Long.parseLong(refused.group(1)) >= cut;
  }

  private static Now now(ServiceCalls calls, TableName table) throws InterruptedException {
    Service service = Service.of(table);
    Optional<JsonNode> status = calls.status(service);
    if (status.isEmpty()) {
      return new Now(-1, false, "", "the " + service.id() + " service does not answer");
    }
    for (JsonNode each : status.get().path("tables")) {
      if (each.path("table").asText().equals(table.toString())) {
        return new Now(
            each.path("through").asLong(-1),
            each.path("state").asText().equals("STOPPED"),
            each.path("error").asText(""),
            StatusText.note(each));
      }
    }
    return new Now(-1, false, "", StatusText.note(status.get()));
  }
}
