package io.millrace.lake;

import java.util.Locale;

/** Text made from templates, the same in every locale: it becomes SQL, file names and messages. */
final class Text {

  private Text() {}

  /** Fills a template of {@link String#format}. */
  @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more dependency
  static String of(String template, Object... values) {
    return String.format(Locale.ROOT, template, values);
  }
}
