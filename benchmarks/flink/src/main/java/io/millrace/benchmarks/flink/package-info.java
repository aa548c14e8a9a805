/** Flink SQL beside Millrace: the same queries over the same topics. */
package io.millrace.benchmarks.flink;
