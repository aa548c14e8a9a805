package io.millrace.system.line;

import io.millrace.contracts.Service;
import io.millrace.contracts.TableName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Staging and marts service: raw topics to staging tables to marts, both Delta tables. */
final class MillraceKeeper implements Keeper {
  private static final List<Service> SERVICES = List.of(Service.STAGING, Service.MARTS);
  private static final List<TableName> MARTS =
      FourQueries.NAMES.stream().map(name -> new TableName("marts", name)).toList();

  private final Line line;
  private final Announced announced;

  /** Starts both services. */
  MillraceKeeper(Line line, Duration limit) throws IOException {
    this.line = line;
    for (Service service : SERVICES) {
      line.start(service);
    }
    this.announced = new Announced(line, limit);
  }

  @Override
  public List<ProcessHandle> processes() {
    return SERVICES.stream().map(line::process).toList();
  }

  @Override
  public void awaitShown(long cut, Map<String, List<String>> rows, Duration limit) {
    announced.await(MARTS, cut, limit);
  }

  @Override
  public List<String> rows(String query) throws Exception {
    Path spill = line.folder.resolve("spill");
    return FourQueries.kept(line.lake, query, spill);
  }

  @Override
  public void close() {
    announced.close();
    for (ProcessHandle process : processes().reversed()) {
      process.destroy();
      process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }
  }
}
