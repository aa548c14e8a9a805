package io.millrace.cli;

import io.millrace.contracts.Headers;
import io.millrace.contracts.TableName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Looks for a natural key among dead letters. A letter holds it when all its values stand among the
 * fields of the letter's key, as text; no value is ever shown.
 *
 * @param bytes reads records
 * @param table the table that set them aside
 * @param values of the natural key
 */
record LetterSearch(LetterBytes bytes, TableName table, List<String> values) {

  /**
   * What was found.
   *
   * @param ids of the letters that hold the key
   * @param unreadable how many letters of the table have a key that cannot be read, so that they
   *     may hold it
   */
  record Found(List<String> ids, long unreadable) {}

  LetterSearch {
    values = List.copyOf(values);
  }

  /** Looks through letters by their ids. */
  Found in(Map<String, ConsumerRecord<byte[], byte[]>> letters) {
    Map<String, ConsumerRecord<byte[], byte[]>> own =
        letters.entrySet().stream()
            .filter(e -> Letters.text(e.getValue(), Headers.TABLE).equals(table.toString()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    Map<String, Optional<Set<String>>> keys =
        own.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> bytes.fields(e.getValue().key())));
    return new Found(
        keys.entrySet().stream()
            .filter(e -> e.getValue().filter(this::holds).isPresent())
            .map(Map.Entry::getKey)
            .sorted()
            .toList(),
        keys.values().stream().filter(Optional::isEmpty).count());
  }

  private boolean holds(Collection<String> fields) {
    return fields.containsAll(values);
  }
}
