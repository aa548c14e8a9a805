package io.millrace.shard;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.contracts.TableName;
import io.millrace.contracts.row.RowSchema;
import io.millrace.warehouse.Calendar;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotFoundException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperatorResourceTest {
  @Test
  @SuppressWarnings("NullAway") // what is refused is neither asked of the log nor given
  void aCalendarHasNothingToGoBackToAndNobodyToErase() {
    ServedTables served = new ServedTables();
    served.are(
        List.of(
            new Calendar(
                TableName.parse("dim.date"),
                new RowSchema(List.of(), List.of()),
                "",
                Path.of("date.sql"),
                null)));
    OperatorResource resource = new OperatorResource(null, null, served);
    assertThatThrownBy(() -> resource.rewind("dim.date", "3"))
        .isInstanceOf(BadRequestException.class);
    assertThatThrownBy(() -> resource.erase("dim.date", List.of(1L)))
        .isInstanceOf(BadRequestException.class);
    assertThatThrownBy(() -> resource.rewind("dim.other", "3"))
        .isInstanceOf(NotFoundException.class);
  }
}
