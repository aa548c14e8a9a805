package io.millrace.ingest.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.contracts.error.ErrorCode;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType.Simple;
import io.millrace.warehouse.source.ApiSource.Field;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowReaderTest {

  private static final Field ID = Github.field("id", Simple.BIGINT, "/id");

  private static List<Row> rows(Field field, String json) throws JsonProcessingException {
    RowReader reader = new RowReader(Github.resourceOf(List.of(ID, field)));
    return reader.rows(new JsonMapper().readTree(json), "page 3");
  }

  @Test
  void missingAndNullValuesAreNull() throws JsonProcessingException {
    Field login = Github.field("login", Simple.VARCHAR, "/owner/login");
    assertThat(
            rows(
                login,
                "[{\"id\":1},{\"id\":2,\"owner\":null},{\"id\":3,\"owner\":{\"login\":null}}]"))
        .allSatisfy(row -> assertThat(row.values()[1]).isNull());
  }

  @Test
  void presenceIsTrueForAnyValueButNull() throws JsonProcessingException {
    Field pull = new Field(new Column("pull", Simple.BOOLEAN, false), "/pull", true);
    assertThat(
            rows(
                pull,
                "[{\"id\":1,\"pull\":{}},{\"id\":2,\"pull\":false},{\"id\":3,\"pull\":null},{\"id\":4}]"))
        .extracting(row -> row.values()[1])
        .containsExactly(true, true, false, false);
  }

  @Test
  void valueThatDoesNotFitStopsTheSourceWithItsPlaceAndWithoutItsText() {
    Field stars = Github.field("stars", Simple.INTEGER, "/stars");
    assertThatThrownBy(() -> rows(stars, "[{\"id\":1,\"stars\":\"private text\"}]"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.errorCode().response()).isEqualTo(ErrorCode.Response.STOP))
        .hasMessageContainingAll("ING-037", "expected", "stars", "page 3", "/stars", "string")
        .hasMessageNotContaining("private text");
  }

  @Test
  void nullInTheKeyStopsTheSource() {
    assertThatThrownBy(() -> rows(ID, "[{\"number\":1}]"))
        .isInstanceOf(MillraceException.class)
        .hasMessageContainingAll("ING-038", "expected", "id", "page 3");
  }

  @Test
  void nullInANotNullColumnStopsTheSource() {
    Field title = new Field(new Column("title", Simple.VARCHAR, false), "/title", false);
    assertThatThrownBy(() -> rows(title, "[{\"id\":1}]"))
        .isInstanceOf(MillraceException.class)
        .hasMessageContainingAll("ING-038", "title", "NOT NULL");
  }

  @Test
  void textThatIsNoPointerIsRefused() {
    assertThatThrownBy(() -> rows(Github.field("a", Simple.VARCHAR, "owner.login"), "[]"))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("ING-040");
  }
}
