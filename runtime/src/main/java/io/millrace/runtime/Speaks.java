package io.millrace.runtime;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks the one class that may write to standard error. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
@interface Speaks {}
