package io.millrace.system.line;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A class whose tests get the one {@link Line} that such classes share, running the warehouse in
 * {@code src/test/resources/protocol}. A test leaves it with all services running. Such classes
 * come one by one, beside those with a line of their own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedLine.class)
@Execution(ExecutionMode.SAME_THREAD)
@interface OnSharedLine {}
