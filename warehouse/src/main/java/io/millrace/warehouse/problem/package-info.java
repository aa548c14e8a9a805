/** What is wrong with the folder, and where in which file. */
@NullMarked
package io.millrace.warehouse.problem;

import org.jspecify.annotations.NullMarked;
