package io.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointFilesTest extends LakeFixture {

  private List<FilteredColumnarBatch> someBatches() throws IOException {
    List<FilteredColumnarBatch> batches = new ArrayList<>();
    try (CloseableIterator<FilteredColumnarBatch> files =
        io.delta.kernel.TableManager.loadSnapshot(createTable().path().toString())
            .build(lake.engine())
            .getScanBuilder()
            .build()
            .getScanFiles(lake.engine())) {
      files.forEachRemaining(batches::add);
    }
    return batches;
  }

  private static CloseableIterator<FilteredColumnarBatch> breaksOffAfter(
      List<FilteredColumnarBatch> batches) {
    CloseableIterator<FilteredColumnarBatch> all = LocalFiles.closeable(batches.iterator());
    return new CloseableIterator<>() {
      @Override
      public boolean hasNext() {
        if (!all.hasNext()) {
          throw new IllegalStateException("the log breaks off");
        }
        return true;
      }

      @Override
      public FilteredColumnarBatch next() {
        return all.next();
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void aFileThatBreaksOffNeverGetsItsName() throws Exception {
    Path target = directory.resolve("half.parquet");
    CheckpointFiles files = new CheckpointFiles(new LocalFiles());
    Engine engine = DefaultEngine.create(files);
    List<FilteredColumnarBatch> batches = someBatches();
    assertThatThrownBy(() ->
            engine
                .getParquetHandler()
                .writeParquetFileAtomically(target.toString(), breaksOffAfter(batches)))
        .hasMessageContaining("breaks off");
    files.discard();
    assertThat(target).doesNotExist();
    assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
    engine
        .getParquetHandler()
        .writeParquetFileAtomically(target.toString(), LocalFiles.closeable(batches.iterator()));
    assertThat(target).exists();
    assertThatThrownBy(() ->
            engine
                .getParquetHandler()
                .writeParquetFileAtomically(
                    target.toString(), LocalFiles.closeable(batches.iterator())))
        .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
  }
}
