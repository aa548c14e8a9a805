package io.millrace.lake;

import java.util.List;

/**
 * What a commit does to a table's files.
 *
 * @param removed files as they were, removed for good or to come back with more dead rows
 * @param readded those that come back
 * @param added new files
 * @param changes files of the change feed
 */
record FileChanges(
    List<LiveFile> removed,
    List<LiveFile> readded,
    List<LiveFile> added,
    List<DataFiles.Written> changes) {

  static FileChanges append(List<LiveFile> added) {
    return new FileChanges(List.of(), List.of(), added, List.of());
  }

  long bytesAdded() {
    return added.stream().mapToLong(LiveFile::sizeBytes).sum();
  }
}
