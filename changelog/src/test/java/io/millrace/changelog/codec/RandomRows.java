package io.millrace.changelog.codec;

import io.millrace.contracts.row.Column;
import io.millrace.contracts.row.DataType;
import io.millrace.contracts.row.RowSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/** Schemas and rows from a seed: every type, NULLs, extremes, empty and odd text. */
final class RandomRows {
  private static final String[] TEXTS = {
    "",
    "a",
    "väl",
    "漢字かな",
    "👩‍🚀🌍",
    "tab\tnew\nline",
    "O'Brien \"x\"",
    "x".repeat(300),
    "\u007f\u0080\uffff"
  };

  private final RandomGenerator random;

  RandomRows(long seed) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  RandomGenerator random() {
    return random;
  }

  /** A schema with every type at least now and then; its key may be empty. */
  RowSchema schema() {
    List<Column> columns = new ArrayList<>();
    int count = 1 + random.nextInt(16);
    for (int i = 0; i < count; i++) {
      String name = (random.nextInt(4) == 0 ? "Odd \"näme\" " : "col_") + i;
      columns.add(new Column(name, type(), random.nextInt(3) > 0));
    }
    List<String> key = new ArrayList<>();
    for (Column column : columns) {
      if (key.size() < 3 && random.nextInt(4) == 0) {
        key.add(column.name());
      }
    }
    return new RowSchema(columns, key);
  }

  DataType type() {
    DataType.Simple[] simple = DataType.Simple.values();
    int choice = random.nextInt(simple.length + 4);
    if (choice < simple.length) {
      return simple[choice];
    }
    int precision = 1 + random.nextInt(38);
    return new DataType.Decimal(precision, random.nextInt(precision + 1));
  }

  /** A list, struct or map at most that deep, or a plain type. */
  DataType nestedType(int depth) {
    if (depth == 0) {
      return type();
    }
    return switch (random.nextInt(4)) {
      case 0 -> new DataType.ListOf(nestedType(depth - 1));
      case 1 -> {
        List<DataType.Struct.Field> fields = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
          fields.add(new DataType.Struct.Field("f \"" + i, nestedType(depth - 1)));
        }
        yield new DataType.Struct(fields);
      }
      case 2 -> new DataType.MapOf(mapKey(), nestedType(depth - 1));
      default -> type();
    };
  }

  /** Of types whose equal values are equal in Java too. */
  private DataType mapKey() {
    DataType.Simple[] keys = {
      DataType.Simple.VARCHAR, DataType.Simple.BIGINT, DataType.Simple.UUID, DataType.Simple.DATE
    };
    return keys[random.nextInt(keys.length)];
  }

  @Nullable Object[] row(RowSchema schema) {
    return schema.columns().stream()
        .map(c -> c.nullable() && random.nextInt(4) == 0 ? null : value(c.type()))
        .toArray();
  }

  Object value(DataType type) {
    return switch (type) {
      case DataType.ListOf(DataType element) -> {
        List<@Nullable Object> items = new ArrayList<>();
        for (int i = items(); i > 0; i--) {
          items.add(orNull(element));
        }
        yield items;
      }
      case DataType.Struct struct -> {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        struct.fields().forEach(f -> fields.put(f.name(), orNull(f.type())));
        yield fields;
      }
      case DataType.MapOf(DataType key, DataType mapped) -> {
        Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
        for (int i = items(); i > 0; i--) {
          entries.put(value(key), orNull(mapped));
        }
        yield entries;
      }
      case DataType.Decimal(int precision, int scale) -> decimal(precision, scale);
      case DataType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> random.nextBoolean();
            case TINYINT -> (int) integer(Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SMALLINT -> (int) integer(Short.MIN_VALUE, Short.MAX_VALUE);
            case INTEGER -> (int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BIGINT -> integer(Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT -> floating();
            case DOUBLE -> doubling();
            case VARCHAR -> text();
            case UUID -> new UUID(random.nextLong(), random.nextLong());
            case BLOB -> bytes();
            case DATE -> (int) integer(-Integer.MAX_VALUE, Integer.MAX_VALUE);
            case TIME -> integer(0, ValueReader.DAY_MICROS - 1);
            case TIMESTAMP, TIMESTAMPTZ ->
                random.nextInt(20) == 0
                    ? -Long.MAX_VALUE // minus infinity
                    : integer(ValueReader.LEAST_TIMESTAMP, Long.MAX_VALUE);
          };
    };
  }

  /** Now and then more than a list's memory is made for. */
  private int items() {
    return random.nextInt(40) == 0 ? 50 : random.nextInt(4);
  }

  private @Nullable Object orNull(DataType type) {
    return random.nextInt(5) == 0 ? null : value(type);
  }

  private long integer(long least, long greatest) {
    return switch (random.nextInt(6)) {
      case 0 -> least;
      case 1 -> greatest;
      case 2 -> Math.max(least, Math.min(greatest, random.nextInt(5)));
      case 3 -> Math.max(least, Math.min(greatest, random.nextLong() >> random.nextInt(64)));
      default ->
          greatest == Long.MAX_VALUE ? random.nextLong() : random.nextLong(least, greatest + 1);
    };
  }

  private BigDecimal decimal(int precision, int scale) {
    BigInteger bound = BigInteger.TEN.pow(precision);
    BigInteger unscaled =
        switch (random.nextInt(5)) {
          case 0 -> bound.subtract(BigInteger.ONE);
          case 1 -> BigInteger.ONE.subtract(bound);
          case 2 -> BigInteger.valueOf(random.nextInt(-9, 10));
          default ->
              new BigInteger(1 + random.nextInt(127), Random.from(random))
                  .mod(bound)
                  .multiply(BigInteger.valueOf(random.nextBoolean() ? 1 : -1));
        };
    return new BigDecimal(unscaled, scale);
  }

  private float floating() {
    float[] odd = {0f, -0f, Float.NaN, Float.MAX_VALUE, Float.MIN_VALUE, Float.NEGATIVE_INFINITY};
    int choice = random.nextInt(odd.length * 2);
    return choice < odd.length ? odd[choice] : random.nextFloat() * 1000 - 500;
  }

  private double doubling() {
    double[] odd = {
      0d, -0d, Double.NaN, Double.MAX_VALUE, Double.MIN_VALUE, Double.POSITIVE_INFINITY
    };
    int choice = random.nextInt(odd.length * 2);
    return choice < odd.length ? odd[choice] : random.nextDouble() * 1e9 - 5e8;
  }

  private String text() {
    return random.nextInt(3) == 0
        ? "text " + random.nextInt(1000)
        : TEXTS[random.nextInt(TEXTS.length)];
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }
}
