package io.millrace.ingest.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.contracts.row.DataType;
import io.millrace.ingest.SourceEvent;
import io.millrace.ingest.SourceEvent.Change;
import io.millrace.ingest.SourceEvent.End;
import io.millrace.ingest.SourceEvent.Opening;
import io.millrace.ingest.SourceEvent.Shape;
import io.millrace.ingest.SourceProgress.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class CdcReaderIT extends OnDatabase {
  @Test
  void readsAllRowsAndThenTheLogBehindThem() throws Exception {
    database.run(
        "CREATE TABLE customers (id int PRIMARY KEY, name text)",
        "CREATE TABLE orders (id bigint PRIMARY KEY, amount numeric(12,2))",
        "INSERT INTO customers VALUES (1, 'Ann'), (2, NULL)");
    database.capture("customers", "orders");
    try (CdcReader reader = open(null)) {
      database.run("INSERT INTO customers VALUES (3, 'after the snapshot')");
      Events snapshot = Events.untilEnd(reader);
      assertThat(snapshot.all().subList(0, 4))
          .hasExactlyElementsOfTypes(Shape.class, Opening.class, Shape.class, Opening.class);
      assertThat(snapshot.lines())
          .containsExactlyInAnyOrder("customers r [1, Ann]", "customers r [2, null]");
      Shape orders = snapshot.only(Shape.class).get(1);
      assertThat(orders.resource()).isEqualTo("orders");
      assertThat(orders.schema().key()).containsExactly("id");
      assertThat(orders.schema().columns().get(1).type()).isEqualTo(new DataType.Decimal(12, 2));

      database.transaction(
          "INSERT INTO orders VALUES (7, 1.5)",
          "UPDATE customers SET name = 'Anna' WHERE id = 1",
          "DELETE FROM customers WHERE id = 2");
      Events log = Events.untilChanges(reader, 4);
      assertThat(log.lines())
          .containsExactly(
              "customers c [3, after the snapshot]",
              "orders c [7, 1.50]",
              "customers u [1, Anna]",
              "customers d [2]");
      List<Change> changes = log.changes();
      assertThat(changes.getFirst().transaction().totalOrder()).isEqualTo(1);
      assertThat(changes.get(3).transaction().totalOrder()).isEqualTo(3);
      assertThat(changes.get(3).transaction().collectionOrder()).isEqualTo(2);
      assertThat(changes.get(3).transaction().id())
          .isEqualTo(changes.get(1).transaction().id())
          .isNotEqualTo(changes.getFirst().transaction().id());
      SourceEvent first = log.all().get(1);
      assertThat(first).isInstanceOf(End.class);
      assertThat(((End) first).committedAt()).isEqualTo(changes.getFirst().committedAt());
    }
  }

  @Test
  void opensEmptyTablesAndEndsTheirSnapshot() throws Exception {
    database.run("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY)");
    database.capture("a", "b");
    try (CdcReader reader = open(null)) {
      Events events = Events.untilEnd(reader);
      assertThat(events.all())
          .hasExactlyElementsOfTypes(
              Shape.class, Opening.class, Shape.class, Opening.class, End.class);
      assertThat(reader.progress().phase()).isEqualTo(Phase.SNAPSHOT);
    }
  }

  @Test
  void tellsTruncateAndAChangedKeyAsTheyAre() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'x')");
    database.capture("t");
    try (CdcReader reader = open(null)) {
      Events.untilEnd(reader);
      database.run("UPDATE t SET id = 2 WHERE id = 1", "TRUNCATE t", "INSERT INTO t VALUES (3)");
      Events events = Events.untilChanges(reader, 4);
      assertThat(events.lines())
          .containsExactly("t d [1]", "t c [2, x]", "t t null", "t c [3, null]");
      assertThat(events.changes().get(2).key()).isNull();
    }
  }

  @Test
  void provesOnAnIdleSourceThatNothingWasLeftOut() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE other (id int)");
    database.capture("t");
    try (CdcReader reader = open(null)) {
      Instant before = Events.untilEnd(reader).last().committedAt();
      for (int i = 0; i < 3; i++) {
        database.run("INSERT INTO other VALUES (1)");
        Events events = Events.untilEnd(reader);
        assertThat(events.all()).hasSize(1);
        assertThat(events.last().committedAt()).isAfter(before);
        before = events.last().committedAt();
      }
      assertThat(reader.progress().phase()).isEqualTo(Phase.STREAMING);
      assertThat(reader.progress().retainedLogBytes()).isPositive();
    }
  }

  @Test
  void movesTheSlotOnlyToWhatIsConfirmed() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY)");
    database.capture("t");
    String slot =
        "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'slot_"
            + database.name()
            + "'";
    try (CdcReader reader = open(null)) {
      Events.untilEnd(reader);
      String start = database.ask(slot);
      database.run("INSERT INTO t VALUES (1)");
      String first = Events.untilChanges(reader, 1).last().position();
      database.run("INSERT INTO t VALUES (2)");
      Events.untilChanges(reader, 1);
      for (int i = 0; i < 5; i++) {
        Events.untilEnd(reader);
      }
      assertThat(database.ask(slot)).isEqualTo(start);
      reader.confirm(first);
      String wanted = LogPosition.parse(first).lsnText();
      Events.until(reader, e -> database.quietly(slot).equals(wanted));
      for (int i = 0; i < 5; i++) {
        Events.untilEnd(reader);
      }
      assertThat(database.ask(slot)).isEqualTo(wanted);
    }
  }

  @Test
  void closesWithinSecondsWhileNobodyTakesItsEvents() throws Exception {
    database.run("CREATE TABLE t (id int PRIMARY KEY, v text)");
    database.capture("t");
    CdcReader reader = open(null);
    Events.untilEnd(reader);
    database.run("INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, 120000) g");
    Events.until(reader, Change.class::isInstance);
    // Nobody polls from here on: the handover and then Debezium's own queue fill up.
    database.run("SELECT pg_sleep(2)");
    long start = System.nanoTime();
    reader.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().contains(database.name() + "_")
          || thread.getName().equals("cdc-" + database.name())) {
        thread.join(5_000);
        assertThat(thread.isAlive()).as(thread.getName()).isFalse();
      }
    }
    String slot = "slot_" + database.name();
    assertThat(
            database.ask(
                "SELECT active FROM pg_replication_slots WHERE slot_name = '" + slot + "'"))
        .isEqualTo("f");
  }
}
