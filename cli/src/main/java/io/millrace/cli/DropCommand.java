package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.changelog.topic.KafkaConnection;
import io.millrace.changelog.topic.WarehouseTopics;
import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.lake.Lake;
import io.millrace.lake.LakeLocation;
import io.millrace.warehouse.Validation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code millrace drop}: deletes a table that the folder has no more. A file that is removed stops
 * its table and deletes nothing; this does, and nothing brings it back.
 */
@Command(
    name = "drop",
    description = "Deletes a table whose statement was removed, with its topic.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class DropCommand implements Callable<Integer> {
  @Mixin Place place;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "TABLE", description = "such as marts.sales")
  String table;

  @Override
  public Integer call() throws Exception {
    TableName name = Names.table(spec, table);
    Path folder = place.warehouse();
    Optional<RunFile> run = place.run().filter(RunFile::alive);
    requireNoStatement(name, folder);
    if (run.isPresent()) {
      requireNotKept(name, run.get());
    }
    PrintWriter out = spec.commandLine().getOut();
    // What an interrupted drop has left is deleted by another, so nothing is asked for first.
    long files;
    try (Lake lake = LakeLocation.of(place.lake(), System.getenv()).open()) {
      files = lake.maintenance(name).drop();
    }
    if (files > 0) {
      out.println("%s is deleted: %d files".formatted(name, files));
    }
    String topic =
        new Topics(WarehouseYaml.read(folder, System.getenv()).topicPrefix()).table(name);
    boolean topicDeleted = run.isPresent() && delete(topic, run.get());
    if (files == 0 && !topicDeleted) {
      throw new MillraceException(
          CliError.CLI_006_TABLE_UNKNOWN,
          "there is no table " + name + " in the lake " + place.lake() + ".");
    }
    out.println(
        topicDeleted
            ? "its topic " + topic + " as well"
            : run.isPresent()
                ? "it has no topic " + topic
                : "its topic " + topic + " is not, for nothing runs here: delete it in Kafka");
    return ExitCode.OK;
  }

  /** Whether there was one. */
  private static boolean delete(String topic, RunFile run) {
    try (WarehouseTopics topics = new WarehouseTopics(new KafkaConnection(run.kafka(), Map.of()))) {
      boolean there = topics.describe(topic).isPresent();
      topics.delete(topic);
      return there;
    }
  }

  /** A folder that cannot be read as a whole may read the table somewhere. */
  private static void requireNoStatement(TableName name, Path folder) {
    Validation read = new Folder(folder, System.getenv()).alone(true);
    if (read.warehouse().isEmpty()) {
      throw refused(
          name,
          "the folder has problems, perhaps because something still reads it: "
              + read.problems().stream().findFirst().map(String::valueOf).orElse("see validate"));
    }
    if (read.warehouse().get().table(name).isPresent()) {
      throw refused(name, "its statement is still in the folder. Remove the file first");
    }
  }

  private static void requireNotKept(TableName name, RunFile run) throws InterruptedException {
    Service service = Service.of(name);
    try (ServiceCalls calls = new ServiceCalls(run)) {
      JsonNode status =
          calls
              .status(service)
              .orElseThrow(() ->
                  refused(name, "the " + service.id() + " service does not say what it keeps"));
      for (JsonNode kept : status.path("tables")) {
        if (kept.path("table").asText().equals(name.toString())) {
          throw refused(
              name, "the " + service.id() + " service still keeps it. Start the services again");
        }
      }
    }
  }

  private static MillraceException refused(TableName name, String why) {
    return new MillraceException(
        CliError.CLI_011_DROP_REFUSED, "table " + name + " is not dropped: " + why + ".");
  }
}
