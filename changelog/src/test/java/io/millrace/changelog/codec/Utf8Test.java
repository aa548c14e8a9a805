package io.millrace.changelog.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Utf8Test {
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final CharBuffer characters = CharBuffer.allocate(100);

  @Test
  void agreesWithTheJdkOnEverySequenceOfTwoAndThreeBytes() {
    byte[] bytes = new byte[3];
    for (int value = 0; value < 1 << 24; value += value < 0xC20000 ? 0x101 : 1) {
      bytes[0] = (byte) (value >> 16);
      bytes[1] = (byte) (value >> 8);
      bytes[2] = (byte) value;
      assertSame(bytes);
    }
  }

  @Test
  void agreesWithTheJdkOnSequencesOfFourBytes() {
    int[] edges = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
    for (int lead = 0xE0; lead <= 0xFF; lead++) {
      for (int second : edges) {
        for (int third : edges) {
          for (int fourth : edges) {
            assertSame(new byte[] {(byte) lead, (byte) second, (byte) third, (byte) fourth});
          }
        }
      }
    }
  }

  @Test
  void looksBehindLongStretchesOfAscii() {
    for (int length = 1; length < 40; length++) {
      byte[] bytes = "a".repeat(length).getBytes(StandardCharsets.UTF_8);
      assertSame(bytes);
      bytes[length - 1] = (byte) 0xFF;
      assertSame(bytes);
      bytes[length - 1] = (byte) 0xC3;
      assertSame(bytes);
    }
  }

  private void assertSame(byte[] bytes) {
    boolean valid = Utf8.valid(bytes, 0, bytes.length);
    if (valid != validForJdk(bytes)) {
      assertThat(valid).as("%s", HexFormat.of().formatHex(bytes)).isEqualTo(!valid);
    }
  }

  private boolean validForJdk(byte[] bytes) {
    CoderResult result = decoder.reset().decode(ByteBuffer.wrap(bytes), characters.clear(), true);
    return result.isUnderflow();
  }
}
