package io.millrace.cli;

import io.millrace.warehouse.yaml.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as arguments: 60s, 5m, '2 minutes'. */
public final class DurationText implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    return Durations.parse(text)
        .filter(Duration::isPositive)
        .orElseThrow(
            () -> new TypeConversionException("'" + text + "' is no duration, such as 60s or 5m"));
  }
}
