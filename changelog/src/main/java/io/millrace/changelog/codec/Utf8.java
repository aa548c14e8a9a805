package io.millrace.changelog.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Tells whether bytes are UTF-8; DuckDB takes text on trust and fails on it much later. */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /** Whether these bytes are well-formed: no overlong forms, surrogates or cut characters. */
  static boolean valid(byte[] bytes, int from, int length) {
    int to = from + length;
    int at = from;
    while (at + 8 <= to && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
      at += 8;
    }
    while (at < to) {
      int lead = bytes[at++];
      if (lead >= 0) {
        continue;
      }
      int more = continuations(lead);
      if (more == 0 || to - at < more || !second(lead, bytes[at])) {
        return false;
      }
      for (int i = 1; i < more; i++) {
        if (bytes[at + i] >= (byte) 0xC0) {
          return false;
        }
      }
      at += more;
    }
    return true;
  }

  private static int continuations(int lead) {
    int value = lead & 0xFF;
    if (value < 0xC2 || value > 0xF4) {
      return 0;
    }
    return value < 0xE0 ? 1 : value < 0xF0 ? 2 : 3;
  }

  /** The second byte decides whether a form is overlong, a surrogate or beyond U+10FFFF. */
  private static boolean second(int lead, int byte2) {
    int value = byte2 & 0xFF;
    return switch (lead & 0xFF) {
      case 0xE0 -> value >= 0xA0 && value <= 0xBF;
      case 0xED -> value >= 0x80 && value <= 0x9F;
      case 0xF0 -> value >= 0x90 && value <= 0xBF;
      case 0xF4 -> value >= 0x80 && value <= 0x8F;
      default -> value >= 0x80 && value <= 0xBF;
    };
  }
}
