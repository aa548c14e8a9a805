package io.millrace.shard;

import io.millrace.changelog.codec.ChangeEncoder;
import io.millrace.changelog.codec.ChangeSchemas;
import io.millrace.changelog.codec.OrderedChanges;
import io.millrace.changelog.codec.TableVersion;
import io.millrace.contracts.TableName;
import io.millrace.contracts.Topics;
import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.row.RowSchema;
import io.millrace.contracts.wire.OffsetRange;
import io.millrace.contracts.wire.PublishedVersion;
import io.millrace.lake.DeltaTable;
import io.millrace.lake.Sql;
import io.millrace.warehouse.Table;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Puts the changes of a table's versions on its topic. Used by the shard's loop alone. */
final class TablePublisher {
  private static final Logger LOG = Logger.getLogger(TablePublisher.class);

  private final Shard shard;
  private final TableName table;
  private final String topic;
  private @Nullable RowSchema schema;
  private @Nullable ChangeEncoder encoder;

  TablePublisher(Shard shard, Table definition) {
    this.shard = shard;
    this.table = definition.name();
    this.topic = shard.around().names().table(definition.name());
    shard
        .around()
        .topics()
        .createChangelog(topic, shard.around().warehouse().settings().retention());
  }

  /** Whether anything was ever put on the topic, still held or not. */
  boolean hasPublished() {
    return shard.around().topics().end(new TopicPartition(topic, 0)) > 0;
  }

  /**
   * Publishes one version, in committed Kafka transactions.
   *
   * @param after the version published before it
   * @param changes relation with {@code _change_type} and the table's columns
   * @return what to announce; without ranges when the version has more changes, or a larger row,
   *     than a topic should carry, or brings a column without NULL, which rows before it have:
   *     followers then read the change feed
   */
  PublishedVersion publish(DeltaTable delta, long after, long version, long cut, String changes) {
    long limit = shard.around().warehouse().settings().publishLimit();
    @Nullable List<OffsetRange> ranges = null;
    if (Sql.number(shard.duck(), "SELECT count(*) FROM " + changes) <= limit) {
      try {
        TableVersion at = new TableVersion(version, cut, shard.around().clock().instant());
        ranges = write(delta.schema(), at, changes);
      } catch (MillraceException e) {
        if (!isForTheFeedAlone(e, delta.schema(), changes)) {
          throw e;
        }
        LOG.infof(
            "version %d of %s is in the change feed only: %s", version, table, e.getMessage());
        shard.writer(table).abandon();
      }
    }
    return new PublishedVersion(table.toString(), delta.id(), after, version, cut, ranges);
  }

  private boolean isForTheFeedAlone(MillraceException e, RowSchema columns, String changes) {
    return e.errorCode() == ChangelogError.CL_058_ROW_TOO_LARGE
        || (e.errorCode() == ChangelogError.CL_013_NULL_IN_TABLE && !isNullAfter(columns, changes));
  }

  /** Whether a row that a version writes has NULL in a column that is declared without. */
  private boolean isNullAfter(RowSchema columns, String changes) {
    String isNull =
        columns.columns().stream()
            .filter(column -> !column.nullable())
            .map(column -> Sql.name(column.name()) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    return Sql.number(
            shard.duck(),
            "SELECT count(*) FROM %s WHERE _change_type IN ('insert', 'update_postimage') AND (%s)"
                .formatted(changes, isNull))
        > 0;
  }

  private List<OffsetRange> write(RowSchema columns, TableVersion version, String changes) {
    var _ =
        encoder(columns)
            .encode(
                shard.duck(),
                shard.around().allocator(),
                OrderedChanges.sql(changes, columns),
                version,
                (key, value) -> shard.writer(table).send(topic, key, value));
    return shard.writer(table).finish().getOrDefault(topic, List.of());
  }

  /** The encoder of these columns; a rebuild with another statement may change them. */
  private ChangeEncoder encoder(RowSchema columns) {
    ChangeEncoder current = encoder;
    if (current == null || !columns.equals(schema)) {
      String namespace = Topics.namespace(topic);
      var registry = shard.around().registry();
      int keyId =
          columns.key().isEmpty()
              ? 0
              : registry.register(topic + "-key", ChangeSchemas.key(namespace, columns));
      int valueId =
          registry.register(topic + "-value", ChangeSchemas.tableValue(namespace, columns));
      current = new ChangeEncoder(table.toString(), columns, keyId, valueId);
      encoder = current;
      schema = columns;
    }
    return current;
  }
}
