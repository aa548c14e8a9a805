package io.millrace.dimension;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.lake.DuckDb;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Dimension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The input's rows of today stand for versions that are no longer held. */
class DifferenceTest {
  @TempDir Path folder;

  @Test
  void endsMembersWhateverTheirColumnsAreCalled() throws SQLException {
    Dimension dimension = Statements.renamed(folder);
    try (DuckDb duckDb = DuckDb.inMemory(folder.resolve("spill"), DuckDb.Limits.small());
        Connection duck = duckDb.connect()) {
      Sql.run(duck, "CREATE TABLE dim AS " + DefaultMembers.select(dimension));
      KeyedEvents events = new KeyedEvents(duck, dimension);
      Members members = new Members(duck, dimension, events);
      Engine.keyed(duck, dimension)
          .fill(
              "z",
              List.of(Change.put(1, 10_000_000, "a", "x"), Change.put(2, 10_000_000, "a", "x")));
      events.take("z", moment(10));
      members.apply("dim");
      Sql.run(duck, "INSERT INTO dim BY NAME FROM " + Members.WANTED);
      Engine.keyed(duck, dimension).fill("z", List.of(Change.put(1, 10_000_000, "a", "x")));
      events.take("z", moment(30), List.of(), Optional.of("dim"));
      members.apply("dim");
      assertThat(rows(duck)).containsExactly("1 a! 10000000 true", "2 a! 10000000 false");
    }
  }

  private static InputRows.Moment moment(long seconds) {
    return new InputRows.Moment(Instant.ofEpochSecond(seconds), false);
  }

  private static List<String> rows(Connection duck) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet r =
            statement.executeQuery(
                "SELECT member, segment, epoch_us(valid_from), is_current FROM "
                    + Members.WANTED
                    + " ORDER BY member")) {
      while (r.next()) {
        rows.add(r.getLong(1) + " " + r.getString(2) + " " + r.getLong(3) + " " + r.getBoolean(4));
      }
    }
    return rows;
  }
}
