package io.millrace.local.run;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Transactions a second as an argument: above 0. */
final class Rate implements ITypeConverter<Double> {
  private static final double MOST = 1e6;

  @Override
  public Double convert(String text) {
    try {
      double rate = Double.parseDouble(text);
      if (rate > 0 && rate <= MOST) {
        return rate;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new TypeConversionException(
        "'" + text + "' is no rate: give transactions a second, above 0, such as 20 or 0.5");
  }
}
