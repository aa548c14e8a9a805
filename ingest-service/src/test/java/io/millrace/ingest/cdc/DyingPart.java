package io.millrace.ingest.cdc;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;

/** A part of Debezium that dies of an Error at the first row that it meets. */
public final class DyingPart
    implements Transformation<SourceRecord>, CustomConverter<SchemaBuilder, RelationalColumn> {

  @Override
  public SourceRecord apply(SourceRecord row) {
    throw new NoClassDefFoundError("of a row");
  }

  @Override
  public void converterFor(
      RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
    registration.register(
        SchemaBuilder.string(),
        value -> {
          throw new StackOverflowError("of a value");
        });
  }

  @Override
  public void configure(Properties properties) {}

  @Override
  public void configure(Map<String, ?> properties) {}

  @Override
  public ConfigDef config() {
    return new ConfigDef();
  }

  @Override
  public void close() {}
}
