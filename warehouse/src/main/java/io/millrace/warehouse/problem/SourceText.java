package io.millrace.warehouse.problem;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file's text, and how offsets in it become lines and columns.
 *
 * @param file relative to the warehouse folder
 * @param text all of it
 */
public record SourceText(Path file, String text) {

  /**
   * A place in a file.
   *
   * @param line from 1
   * @param column from 1, in characters
   */
  public record Position(int line, int column) {}

  /** The place of a character offset. */
  public Position at(int offset) {
    int line = 1;
    int lineStart = 0;
    int end = Math.clamp(offset, 0, text.length());
    for (int i = 0; i < end; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new Position(line, text.codePointCount(lineStart, end) + 1);
  }

  /** The character offset of a UTF-8 byte offset that is counted from a character offset. */
  public int charOffset(int from, long bytes) {
    long left = bytes;
    int i = from;
    while (left > 0 && i < text.length()) {
      int point = text.codePointAt(i);
      left -= Character.toString(point).getBytes(StandardCharsets.UTF_8).length;
      i += Character.charCount(point);
    }
    return i;
  }
}
