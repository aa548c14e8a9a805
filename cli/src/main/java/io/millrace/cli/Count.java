package io.millrace.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How many, as an argument: 0 or more. */
public final class Count implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String text) {
    if (!text.matches("\\d{1,9}")) {
      throw new TypeConversionException("'" + text + "' is no number from 0 to 999999999");
    }
    return Integer.valueOf(text);
  }
}
