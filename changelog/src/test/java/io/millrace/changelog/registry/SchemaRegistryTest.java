package io.millrace.changelog.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchemaRegistryTest {
  private static final Schema ORDERS =
      SchemaBuilder.record("Row").namespace("shop").fields().requiredLong("id").endRecord();

  private final FakeRegistry server = new FakeRegistry();
  private final SchemaRegistry registry = new SchemaRegistry(server.url());

  @AfterEach
  void stop() {
    registry.close();
    server.close();
  }

  @Test
  void givesTheSameIdForTheSameSchemaAndReadsItBack() {
    int id = registry.register("raw.shop.orders-value", ORDERS);

    assertThat(registry.register("raw.shop.orders-value", ORDERS)).isEqualTo(id);
    assertThat(registry.byId(id)).isEqualTo(ORDERS);
    assertThat(registry.latest("raw.shop.orders-value"))
        .contains(new SchemaRegistry.Registered(id, ORDERS));
  }

  @Test
  void escapesSubjectsOfAnyName() {
    int id = registry.register("raw.my shop.ördrar", ORDERS);

    assertThat(registry.latest("raw.my shop.ördrar").orElseThrow().id()).isEqualTo(id);
  }

  @Test
  void asksOnceForEachId() {
    int id = registry.register("s", ORDERS);
    registry.byId(id);
    int asked = server.requests();

    registry.byId(id);

    assertThat(server.requests()).isEqualTo(asked);
  }

  @Test
  void saysEmptyForAnUnknownSubject() {
    assertThat(registry.latest("nobody")).isEmpty();
  }

  @Test
  void setsRecordsOfAnUnknownIdAside() {
    assertFails(
        () -> registry.byId(77), ChangelogError.CL_002_SCHEMA_UNKNOWN, "schema id 77", "ids/77");
  }

  @Test
  void setsRecordsAsideWhoseSchemaIsNotAvro() {
    int id = server.put("syntax = \"proto3\";");

    assertFails(() -> registry.byId(id), ChangelogError.CL_002_SCHEMA_UNKNOWN, "not an Avro");
  }

  @Test
  void doesNotTakeAWrongAddressForAnUnknownSubject() {
    try (SchemaRegistry wrong = new SchemaRegistry(server.url().resolve("/other"))) {
      assertFails(() -> wrong.latest("s"), ChangelogError.CL_003_REGISTRY_REFUSED, "/other", "404");
    }
  }

  @Test
  void stopsWhenTheSchemaIsRefused() {
    server.answerAlways(409);

    assertFails(
        () -> registry.register("s", ORDERS), ChangelogError.CL_003_REGISTRY_REFUSED, "as told");
  }

  @Test
  void isTriedAgainWhenTheRegistryFails() {
    server.answerAlways(503);

    assertFails(() -> registry.byId(1), ChangelogError.CL_001_REGISTRY_UNAVAILABLE, "503");
  }

  @Test
  void isTriedAgainWhenNothingListens() {
    URI url = server.url();
    server.close();

    assertFails(
        () -> registry.byId(5),
        ChangelogError.CL_001_REGISTRY_UNAVAILABLE,
        url.toString(),
        "schema id 5");
  }

  @Test
  void isTriedAgainWhenTheRegistryIsSilent() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SchemaRegistry client =
            new SchemaRegistry(
                URI.create("http://127.0.0.1:" + silent.getLocalPort()), Duration.ofMillis(50))) {
      assertFails(() -> client.byId(5), ChangelogError.CL_001_REGISTRY_UNAVAILABLE, "schema id 5");
    }
  }

  private static void assertFails(ThrowingCallable call, ChangelogError code, String... words) {
    assertThatExceptionOfType(MillraceException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.errorCode()).isEqualTo(code))
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }
}
