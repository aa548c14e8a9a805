/** Kafka clients and the topics of a warehouse. */
@NullMarked
package io.millrace.changelog.topic;

import org.jspecify.annotations.NullMarked;
