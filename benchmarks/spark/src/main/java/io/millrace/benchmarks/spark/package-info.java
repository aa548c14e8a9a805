/** Spark beside Millrace: the same changes to the same files, timed. */
package io.millrace.benchmarks.spark;
