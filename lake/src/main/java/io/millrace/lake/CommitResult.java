package io.millrace.lake;

/** What became of a commit. Everything else that can happen to one is an error with a code. */
public sealed interface CommitResult {

  /**
   * The commit is in the table, once.
   *
   * @param version the version it made
   * @param rowsInserted rows written, new images of updated rows among them
   * @param rowsDeleted rows removed, old images of updated rows among them
   * @param files data files added
   * @param bytes their size
   */
  record Committed(long version, long rowsInserted, long rowsDeleted, long files, long bytes)
      implements CommitResult {}

  /**
   * The commit is not in the table: its files were rearranged by somebody, its rows are the same.
   * The caller refreshes its mirror and computes the change again.
   *
   * @param version the table's version now
   */
  record Moved(long version) implements CommitResult {}
}
