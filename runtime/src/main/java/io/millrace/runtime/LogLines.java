package io.millrace.runtime;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.util.logging.Handler;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.LogContext;

/**
 * Writes log lines as the settings want them, from before anything of ours starts. What stops the
 * process earlier, a setting that is missing, is always plain.
 */
@ApplicationScoped
public class LogLines {
  private final RuntimeConfig config;

  LogLines(RuntimeConfig config) {
    this.config = config;
  }

  void apply(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
    switch (config.log()) {
      case PLAIN -> {}
      case JSON ->
          format(
              LogContext.getLogContext().getLogger("").getHandlers(),
              new JsonLine(config.service()));
    }
  }

  /** Handlers that hand on to others have those formatted; the console is one of the inner ones. */
  private static void format(Handler[] handlers, JsonLine json) {
    for (Handler handler : handlers) {
      if (handler instanceof ExtHandler outer && outer.getHandlers().length > 0) {
        format(outer.getHandlers(), json);
      } else {
        handler.setFormatter(json);
      }
    }
  }
}
