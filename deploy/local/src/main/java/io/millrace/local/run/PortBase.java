package io.millrace.local.run;

import io.millrace.local.StackSpec;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The first of ten ports in a row as an argument; 0 for free ones. */
final class PortBase implements ITypeConverter<Integer> {
  private static final int LEAST = 1024;
  private static final int GREATEST = 65_526;

  @Override
  public Integer convert(String text) {
    int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
    if (port != StackSpec.FREE_PORTS && (port < LEAST || port > GREATEST)) {
      throw new TypeConversionException(
          "'" + text + "' is no first port: give one from " + LEAST + " to " + GREATEST);
    }
    return port;
  }
}
