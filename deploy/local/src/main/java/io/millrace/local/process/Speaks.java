package io.millrace.local.process;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks the few classes that write to the terminal; all others are refused by the build. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Speaks {}
