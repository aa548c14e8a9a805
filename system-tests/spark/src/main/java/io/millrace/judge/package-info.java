/** Reads the lake with Spark: another engine judges what Millrace wrote. */
package io.millrace.judge;
