package io.millrace.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;

/**
 * A log record as one line of JSON: {@code timestamp} (UTC), {@code level}, {@code service}, {@code
 * logger}, {@code thread}, {@code message}, and {@code exception}, a stack trace, if there is one.
 */
final class JsonLine extends ExtFormatter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String service;

  JsonLine(String service) {
    this.service = service;
  }

  @Override
  public String format(ExtLogRecord entry) {
    ObjectNode line =
        JSON.createObjectNode()
            .put("timestamp", entry.getInstant().toString())
            .put("level", entry.getLevel().getName())
            .put("service", service)
            .put("logger", entry.getLoggerName())
            .put("thread", entry.getThreadName())
            .put("message", formatMessage(entry));
    if (entry.getThrown() != null) {
      StringWriter trace = new StringWriter();
      entry.getThrown().printStackTrace(new PrintWriter(trace));
      line.put("exception", trace.toString());
    }
    try {
      return JSON.writeValueAsString(line) + '\n';
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("text that is no JSON", e);
    }
  }
}
