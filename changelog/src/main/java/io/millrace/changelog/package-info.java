/** Changelog topics and what orders them: the cut log, ranges, publications, dead letters. */
@NullMarked
package io.millrace.changelog;

import org.jspecify.annotations.NullMarked;
