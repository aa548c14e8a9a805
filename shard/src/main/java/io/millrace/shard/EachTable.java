package io.millrace.shard;

import io.millrace.contracts.error.ChangelogError;
import io.millrace.contracts.error.LakeError;
import io.millrace.contracts.error.MillraceException;
import io.millrace.contracts.error.ShardError;
import io.millrace.warehouse.Table;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The work of a shard whose tables step independently of one another: staging and dimensions. */
public final class EachTable implements ShardWork {
  private final List<HeldTable> tables;

  /**
   * @param opening makes a table's step; called again when it fails with an error
   */
  public EachTable(Shard shard, Function<Table, TableStep> opening) {
    this.tables =
        shard.tables().stream().map(table -> new HeldTable(shard, table, opening)).toList();
  }

  @Override
  public List<WrittenTable> tables() {
    return tables.stream().map(HeldTable::table).flatMap(Optional::stream).toList();
  }

  @Override
  public boolean advance() throws InterruptedException {
    boolean more = false;
    for (HeldTable table : tables) {
      more |= table.advance();
    }
    return more;
  }

  /**
   * Whether no table of the shard can go on: another instance holds it, or what writes its changes
   * is done for.
   */
  public static boolean isFenced(RuntimeException e) {
    return e instanceof MillraceException coded
        && (coded.errorCode() == ChangelogError.CL_056_FENCED
            || coded.errorCode() == LakeError.LK_005_FENCED
            || coded.errorCode() == ShardError.SHD_008_NOT_PUBLISHED);
  }

  /** A changed statement waits for the word of an operator. */
  public static void requireRebuild(WrittenTable table) {
    if (table.definitionChanged() && table.nextRebuild().isEmpty()) {
      throw new MillraceException(
          ShardError.SHD_002_DEFINITION_CHANGED,
          "the statement of table "
              + table.name()
              + " has changed since the table was written. Run: millrace rebuild "
              + table.name()
              + " (or restore the statement).");
    }
  }

  @Override
  public void close() {
    tables.forEach(HeldTable::close);
  }
}
