/**
 * What the services that write tables share: taking a shard, committing and publishing a table's
 * versions, announcing them, following other tables.
 */
@NullMarked
package io.millrace.shard;

import org.jspecify.annotations.NullMarked;
