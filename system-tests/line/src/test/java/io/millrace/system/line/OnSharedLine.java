package io.millrace.system.line;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A class whose tests get the one {@link Line} that such classes share, running the warehouse in
 * {@code src/test/resources/protocol}. A test leaves it with all services running.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedLine.class)
@Order(Integer.MAX_VALUE)
@interface OnSharedLine {}
