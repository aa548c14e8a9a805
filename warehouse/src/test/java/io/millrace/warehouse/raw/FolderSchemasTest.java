package io.millrace.warehouse.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.row.AvroRows;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.EnvelopeSchemas;
import io.millrace.contracts.row.RowSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSchemasTest {
  private static final RowSchema ROW =
      new RowSchema(
          List.of(
              new Column("id", DataType.Simple.BIGINT, false),
              new Column("weird name", new DataType.Decimal(12, 2), true)),
          List.of("id"));

  @TempDir Path temp;

  private void write(String name, String text) throws IOException {
    Path file = temp.resolve(".millrace/schemas").resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }

  @Test
  void rowsAndEnvelopesAreBothUnderstood() throws IOException {
    write("shop.a.avsc", AvroRows.record("x", "Row", ROW).toString());
    write("shop.b.avsc", AvroRows.envelope("x", ROW, EnvelopeSchemas.RAW_SOURCE).toString());
    FolderSchemas schemas = new FolderSchemas(temp);
    assertThat(schemas.of("shop", "a")).contains(ROW);
    assertThat(schemas.of("shop", "b")).contains(ROW);
    assertThat(schemas.of("shop", "c")).isEmpty();
  }

  @Test
  void aBrokenFileIsNamed() throws IOException {
    write("shop.a.avsc", "{");
    assertThatThrownBy(() -> new FolderSchemas(temp).of("shop", "a"))
        .hasMessageContaining("shop.a.avsc is no Avro schema");
  }

  @Test
  void theFirstThatKnowsAnswers() {
    RawSchemas first =
        (source, resource) ->
            resource.equals("a") ? java.util.Optional.of(ROW) : java.util.Optional.empty();
    RawSchemas chain = first.orElse((source, resource) -> java.util.Optional.of(ROW.keyOnly()));
    assertThat(chain.of("shop", "a")).contains(ROW);
    assertThat(chain.of("shop", "b")).contains(ROW.keyOnly());
  }
}
