/** The stack on one machine: Kafka, registry and PostgreSQL as children of one launcher. */
@NullMarked
package io.millrace.local;

import org.jspecify.annotations.NullMarked;
