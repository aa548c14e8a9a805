/** YAML files read key by key, with lines, variables and durations. */
@NullMarked
package io.millrace.warehouse.yaml;

import org.jspecify.annotations.NullMarked;
