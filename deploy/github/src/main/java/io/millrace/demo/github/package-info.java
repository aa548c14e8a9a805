/** A stand-in for the GitHub API over an invented organization that changes while it is read. */
@NullMarked
package io.millrace.demo.github;

import org.jspecify.annotations.NullMarked;
