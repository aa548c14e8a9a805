/** One Kafka broker and controller as a process of its own. */
@NullMarked
package io.millrace.local.kafka;

import org.jspecify.annotations.NullMarked;
