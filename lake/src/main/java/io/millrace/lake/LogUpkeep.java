package io.millrace.lake;

import io.delta.kernel.TableManager;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.CheckpointAlreadyExistsException;
import io.delta.kernel.hook.PostCommitHook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps tables' logs quick to read: a checksum with every commit, at once because it is cheap, and
 * checkpoints in one thread beside the commits. Nothing depends on either: what fails is written
 * when the next is due.
 */
final class LogUpkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogUpkeep.class);
  private static final int CLOSE_SECONDS_MAX = 30;

  private final Engine engine;
  private final CheckpointFiles files;
  private final Engine checkpointEngine;
  private final Set<Path> waiting = ConcurrentHashMap.newKeySet();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("lake-checkpoint").factory());

  LogUpkeep(Engine engine, Storage storage) {
    this.engine = engine;
    this.files = new CheckpointFiles(storage);
    this.checkpointEngine = DefaultEngine.create(files);
  }

  /**
   * Does what is due after a commit.
   *
   * @param reload run, now or later in another thread, when a fresh snapshot is better than one
   *     that grows with every commit
   */
  void after(Path table, List<PostCommitHook> hooks, Runnable reload) {
    for (PostCommitHook hook : hooks) {
      switch (hook.getType()) {
        case CHECKSUM_SIMPLE -> {
          var _ = invoke(table, hook);
        }
        case CHECKSUM_FULL -> {
          // The version before had none. From a fresh snapshot on they are simple again.
          if (invoke(table, hook)) {
            reload.run();
          }
        }
        case CHECKPOINT -> checkpoint(table, reload);
        case LOG_COMPACTION -> {}
      }
    }
  }

  private boolean invoke(Path table, PostCommitHook hook) {
    try {
      hook.threadSafeInvoke(engine);
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.warn("no checksum of {} was written; the next commit tries again", table, e);
      return false;
    }
  }

  /** A table waits at most once. */
  private void checkpoint(Path table, Runnable written) {
    if (waiting.add(table)) {
      thread.execute(() -> {
        waiting.remove(table);
        write(table, written);
      });
    }
  }

  private void write(Path table, Runnable written) {
    try {
      try {
        TableManager.loadSnapshot(table.toString())
            .build(checkpointEngine)
            .writeCheckpoint(checkpointEngine);
      } finally {
        files.discard();
      }
      written.run();
    } catch (CheckpointAlreadyExistsException e) {
      written.run();
    } catch (IOException | RuntimeException e) {
      LOG.warn("no checkpoint of {} was written; the next one is tried in time", table, e);
    }
  }

  /** Lets the checkpoints at work finish. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
