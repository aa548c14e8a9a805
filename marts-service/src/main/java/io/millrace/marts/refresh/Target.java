package io.millrace.marts.refresh;

import io.millrace.lake.RowDiff;
import io.millrace.warehouse.DynamicTable;
import java.util.function.Supplier;

/**
 * The table that a refresh brings on, as far as it needs it.
 *
 * @param definition its statement
 * @param relation the relation of its rows' mirror, as SQL text
 * @param diff how its rows differ from wanted ones, by its key
 */
public record Target(DynamicTable definition, Supplier<String> relation, Supplier<RowDiff> diff) {}
