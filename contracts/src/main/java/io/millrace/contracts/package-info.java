/**
 * What crosses the wire between the services: names, schemas and error codes. Depends on nothing
 * but the JDK and Avro.
 */
@NullMarked
package io.millrace.contracts;

import org.jspecify.annotations.NullMarked;
