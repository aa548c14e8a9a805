/** The schema registry over its Confluent-compatible HTTP interface. */
@NullMarked
package io.millrace.changelog.registry;

import org.jspecify.annotations.NullMarked;
