/** Where the columns of raw resources are known from: files, the live source. */
@NullMarked
package io.millrace.warehouse.raw;

import org.jspecify.annotations.NullMarked;
