/** One class of Kafka 4.3 that a library still needs beside Kafka 4.4. */
@NullMarked
package org.apache.kafka.common.utils;

import org.jspecify.annotations.NullMarked;
