/** The command line: commands and what they find of a warehouse that runs. */
@NullMarked
package io.millrace.cli;

import org.jspecify.annotations.NullMarked;
