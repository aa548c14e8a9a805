/** What a folder would change in its lake. */
@NullMarked
package io.millrace.cli.plan;

import org.jspecify.annotations.NullMarked;
