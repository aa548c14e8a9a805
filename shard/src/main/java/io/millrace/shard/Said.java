package io.millrace.shard;

import io.millrace.contracts.TableName;
import io.millrace.contracts.wire.Behind;
import io.millrace.contracts.wire.Published;
import io.millrace.contracts.wire.PublishedVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a shard has said of its tables, and so what it has to say. A statement names the tables that
 * are behind and those that changed; the first one and one in each half of the retention names all,
 * with their newest versions, so that whoever reads what is still held knows every table, however
 * long ago it changed.
 */
final class Said {
  private final String service;
  private final int number;
  private final Duration again;
  private final Map<String, Long> positions = new HashMap<>();
  private long wholeNanos;

  /**
   * @param retention of statements
   */
  Said(String service, int number, Duration retention) {
    this.service = service;
    this.number = number;
    this.again = retention.dividedBy(2);
  }

  /**
   * The next statement, which is taken to be said.
   *
   * @param through the cut that the foremost table is right through
   * @param at the cuts that all tables are right through
   * @param changes versions that were not announced yet
   * @param newest the newest version of a table that was announced
   * @param nanos the time, as {@link System#nanoTime} has it
   * @return empty if nothing has changed
   */
  Optional<Published> next(
      long through,
      Map<String, Long> at,
      List<PublishedVersion> changes,
      Function<TableName, Optional<PublishedVersion>> newest,
      long nanos) {
    if (Duration.ofNanos(nanos - wholeNanos).compareTo(again) >= 0) {
      positions.clear();
    }
    if (at.equals(positions) && changes.isEmpty()) {
      return Optional.empty();
    }
    List<PublishedVersion> versions = new ArrayList<>();
    if (positions.isEmpty()) {
      at.keySet().forEach(t -> newest.apply(TableName.parse(t)).ifPresent(versions::add));
      wholeNanos = nanos;
    }
    versions.addAll(changes);
    List<Behind> behind = new ArrayList<>();
    at.forEach((table, cut) -> {
      if (cut < through || !positions.containsKey(table)) {
        behind.add(new Behind(table, cut));
      }
    });
    positions.clear();
    positions.putAll(at);
    return Optional.of(new Published(service, number, through, behind, versions));
  }
}
