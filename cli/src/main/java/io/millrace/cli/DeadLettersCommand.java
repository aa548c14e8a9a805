package io.millrace.cli;

import io.millrace.changelog.registry.SchemaRegistry;
import io.millrace.contracts.Headers;
import io.millrace.contracts.error.CliError;
import io.millrace.contracts.error.MillraceException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace dlq}. */
@Command(
    name = "dlq",
    description = "Shows records that were set aside.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class DeadLettersCommand {
  @Spec CommandSpec spec;

  @Command(name = "list", description = "Lists them, each once.", mixinStandardHelpOptions = true)
  int list(@Mixin Place place) {
    TextTable table =
        new TextTable(List.of("id", "table", "stage", "code", "cut", "reason"), List.of(4));
    letters(place)
        .all()
        .forEach((id, letter) ->
            table.row(
                List.of(
                    id,
                    Letters.text(letter, Headers.TABLE),
                    Letters.text(letter, Headers.STAGE),
                    Letters.text(letter, Headers.CODE),
                    Letters.text(letter, Headers.CUT),
                    Letters.text(letter, Headers.REASON))));
    List<String> lines = table.lines();
    PrintWriter out = spec.commandLine().getOut();
    lines.forEach(out::println);
    if (lines.isEmpty()) {
      out.println("no dead letters");
    }
    return ExitCode.OK;
  }

  @Command(
      name = "show",
      description = "Shows one: its headers, and its record as Avro, text or hex.",
      mixinStandardHelpOptions = true)
  int show(@Mixin Place place, @Parameters(paramLabel = "ID") String id) {
    ConsumerRecord<byte[], byte[]> letter =
        Optional.ofNullable(letters(place).all().get(id))
            .orElseThrow(() ->
                new MillraceException(
                    CliError.CLI_008_LETTER_UNKNOWN,
                    "there is no dead letter " + id + ". millrace dlq list shows all."));
    PrintWriter out = spec.commandLine().getOut();
    for (Headers header : Headers.values()) {
      out.println(header.key() + ": " + Letters.text(letter, header));
    }
    try (SchemaRegistry registry = new SchemaRegistry(URI.create(place.running().registry()))) {
      LetterBytes bytes = new LetterBytes(registry::byId);
      out.println("key, " + bytes.shown(letter.key()));
      out.println("value, " + bytes.shown(letter.value()));
    }
    return ExitCode.OK;
  }

  private static Letters letters(Place place) {
    return Letters.of(place.running());
  }
}
