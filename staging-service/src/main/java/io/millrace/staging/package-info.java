/**
 * The staging service: raw topics to staging tables, a function of the latest source row of each
 * key.
 */
@NullMarked
package io.millrace.staging;

import org.jspecify.annotations.NullMarked;
